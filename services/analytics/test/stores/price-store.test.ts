import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { moneyToText } from "../../src/money.js";
import { packageSource } from "../../src/package-prices.js";
import { openPriceBook, seedPrices } from "../../src/price-book.js";
import { createPriceStore } from "../../src/stores/postgres/price-store.js";
import type { PriceStore } from "../../src/stores/price-store.js";
import { createTestDatabase, type TestDatabase } from "../support/postgres.js";
import { newPrice } from "../support/prices.js";
import { silentLogger } from "../support/silent-logger.js";

let database: TestDatabase;
let store: PriceStore;
const clock = () => new Date("2026-06-15T12:00:00Z");
const audit = { at: clock(), actor: "test", action: "price.set", detail: {} } as const;

beforeAll(async () => {
  database = await createTestDatabase();
  store = createPriceStore(database.pool);
});
afterAll(() => database.drop());

describe("prices at start", () => {
  it("are taken over once, by however many replicas at however many starts", async () => {
    await Promise.all([1, 2, 3].map(() => seedPrices({ store, clock, logger: silentLogger })));
    const { prices } = await store.readAll();
    expect(prices.filter(({ source }) => source === "brief")).toHaveLength(3);
    expect(prices.filter(({ source }) => source === packageSource).length).toBeGreaterThan(1_000);
    await seedPrices({ store, clock, logger: silentLogger });
    expect((await store.readAll()).prices).toEqual(prices);
  });

  it("hold the brief's prices exactly for all time, over the package's", async () => {
    const book = await openPriceBook({ store, clock, logger: silentLogger });
    for (const at of [0, Date.parse("2020-01-01"), Date.parse("2100-01-01")]) {
      for (const provider of [null, "anthropic", "aws"]) {
        const price = book.priceOf({ provider, model: "claude-3-haiku-20240307", serviceTier: null, at });
        expect(
          price && [price.source, moneyToText(price.inputPerMillion), moneyToText(price.outputPerMillion)],
        ).toEqual(["brief", "0.25", "1.25"]);
      }
    }
  });

  it("come back as they were put in, steps, open ends and all", async () => {
    const price = newPrice({
      model: "round-trip",
      input: "0.000000000001",
      cacheRead: "1.10",
      steps: [{ above: 200_000, input: "6.5", cacheWrite1h: 9 }],
      validFrom: 5,
      source: "operator",
    });
    const { price: added } = await store.add(price, audit);
    const found = (await store.readAll()).prices.find(({ priceId }) => priceId === added.priceId);
    expect(found).toEqual({ ...price, priceId: added.priceId, createdAt: clock().getTime() });
  });
});

describe("setting a price", () => {
  it("lets one of many that race for a time through", async () => {
    const racing = Array.from({ length: 20 }, (_, n) =>
      store.add(
        newPrice({ model: "raced", source: "operator", input: n + 1, validFrom: n, validTo: 1_000 + n }),
        audit,
      ),
    );
    const results = await Promise.all(racing);
    expect(results.filter(({ kind }) => kind === "added")).toHaveLength(1);
  });

  it("refuses an overlap of the same provider, model, tier and source, and of no other", async () => {
    const base = { model: "overlap", source: "operator", validFrom: 100, validTo: 200 };
    const kindOf = async (more: Parameters<typeof newPrice>[0]) =>
      (await store.add(newPrice({ ...base, ...more }), audit)).kind;
    expect(await kindOf({})).toBe("added");
    for (const [validFrom, validTo] of [
      [100, 200],
      [150, 160],
      [0, 101],
      [199, 300],
      [-Infinity, Infinity],
    ] as const) {
      expect(await kindOf({ validFrom, validTo })).toBe("overlap");
    }
    expect(await kindOf({ validFrom: 0, validTo: 100 })).toBe("added");
    expect(await kindOf({ validFrom: 200, validTo: Infinity })).toBe("added");
    expect(await kindOf({ provider: "other" })).toBe("added");
    expect(await kindOf({ serviceTier: "batch" })).toBe("added");
  });

  it("frees the time after an end, and all of it when it had not begun", async () => {
    const base = { model: "ended", source: "operator" };
    const first = await store.add(newPrice({ ...base, validFrom: 0 }), audit);
    const later = await store.add(newPrice({ ...base, model: "later", validFrom: clock().getTime() + 1_000 }), audit);
    const end = (id: number) => store.end(id, clock(), { ...audit, action: "price.end", target: String(id) });
    expect((await end(first.price.priceId))?.validTo).toBe(clock().getTime());
    // Again: nothing changes.
    expect((await end(first.price.priceId))?.validTo).toBe(clock().getTime());
    const ended = await end(later.price.priceId);
    expect(ended?.validTo).toBe(ended?.validFrom);
    expect((await store.add(newPrice({ ...base, validFrom: clock().getTime() }), audit)).kind).toBe("added");
    expect((await store.add(newPrice({ ...base, model: "later" }), audit)).kind).toBe("added");
    expect(await end(999_999)).toBeNull();
  });
});
