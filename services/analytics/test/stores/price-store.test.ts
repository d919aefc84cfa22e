import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { moneyToText } from "../../src/money.js";
import { loadPrices } from "../../src/price-book.js";
import { createPriceStore } from "../../src/stores/postgres/price-store.js";
import { createTestDatabase, type TestDatabase } from "../support/postgres.js";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe("prices at start", () => {
  it("are seeded once, by however many replicas at however many starts, and hold for all time", async () => {
    const store = createPriceStore(database.pool);
    const clock = () => new Date("2026-06-15T12:00:00Z");
    await Promise.all([1, 2, 3].map(() => loadPrices(store, clock)));
    const prices = await loadPrices(store, clock);
    expect(await store.allPrices()).toHaveLength(3);
    for (const at of [0, Date.parse("2020-01-01"), Date.parse("2100-01-01")]) {
      const price = prices.priceAt("claude-3-haiku-20240307", at);
      expect(price && [moneyToText(price.inputPerMillion), moneyToText(price.outputPerMillion)]).toEqual([
        "0.25",
        "1.25",
      ]);
    }
  });

  it("leave what an operator entered alone", async () => {
    await database.pool.query(
      `insert into model_price (provider, model, input_per_million, output_per_million, valid_from, source, created_at)
       values ('anthropic', 'claude-3-haiku-20240307', 0.5, 2.5, '2026-01-01', 'operator', now())`,
    );
    const prices = await loadPrices(createPriceStore(database.pool), () => new Date("2026-06-15T12:00:00Z"));
    const inputAt = (at: string) =>
      prices.priceAt("claude-3-haiku-20240307", Date.parse(at))?.inputPerMillion.toFixed();
    expect([inputAt("2025-12-31"), inputAt("2026-01-01")]).toEqual(["0.25", "0.5"]);
  });
});
