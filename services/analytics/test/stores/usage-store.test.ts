import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { moneyToText } from "../../src/money.js";
import type { PriceList } from "../../src/price-list.js";
import { createPool } from "../../src/stores/postgres/client.js";
import { createUsageStore } from "../../src/stores/postgres/usage-store.js";
import type { UsageRecord, UsageStore } from "../../src/stores/usage-store.js";
import { receiptOf } from "../../src/usage-record.js";
import { createTestDatabase, type TestDatabase } from "../support/postgres.js";
import { silentLogger } from "../support/silent-logger.js";
import { receipt, seedPrices, usageRecord, usageRollupDifferences } from "../support/usage.js";

let database: TestDatabase;
let store: UsageStore;
let prices: PriceList;

beforeAll(async () => {
  database = await createTestDatabase();
  store = createUsageStore(database.pool);
  prices = await seedPrices(database.pool);
});
beforeEach(() => database.pool.query("truncate usage_record, usage_rollup, usage_tag_rollup"));
afterAll(() => database.drop());

describe("appending usage", () => {
  it("stores a record once when it comes twice, and answers the first one's receipt", async () => {
    const priced = usageRecord({ requestId: "r", receipt: receipt(1, "0.0000025", "0.000025") });
    expect(await store.append([priced])).toMatchObject([{ kind: "stored" }]);
    const [again] = await store.append([
      { ...priced, receivedAt: priced.receivedAt + 60_000, receipt: receipt(2, "9", "9") },
    ]);
    expect(again?.kind).toBe("duplicate");
    const known = again?.kind === "duplicate" ? again.receipt : null;
    expect(known && [known.priceId, moneyToText(known.inputCost), moneyToText(known.outputCost)]).toEqual([
      1,
      "0.0000025",
      "0.000025",
    ]);
    expect(await counts()).toEqual({ rows: 1, requests: 1 });
  });

  it("refuses another record under the same id and keeps the first", async () => {
    await store.append([usageRecord({ requestId: "r", inputTokens: 1 })]);
    expect(await store.append([usageRecord({ requestId: "r", inputTokens: 2 })])).toEqual([{ kind: "conflict" }]);
    expect(await usageRollupDifferences(database.pool)).toEqual([]);
    expect(await counts()).toEqual({ rows: 1, requests: 1 });
  });

  it("judges equal ids inside one call by the first of them", async () => {
    const outcomes = await store.append([
      usageRecord({ requestId: "a", inputTokens: 1 }),
      usageRecord({ requestId: "b" }),
      usageRecord({ requestId: "a", inputTokens: 1 }),
      usageRecord({ requestId: "a", inputTokens: 2 }),
    ]);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(["stored", "stored", "duplicate", "conflict"]);
    expect(await counts()).toEqual({ rows: 2, requests: 2 });
  });

  it("answers a duplicate of an unpriced record without a receipt", async () => {
    const record = usageRecord({ requestId: "r", model: "unknown" });
    await store.append([record]);
    expect(await store.append([record])).toEqual([{ kind: "duplicate", receipt: null }]);
  });

  it("keeps every field", async () => {
    const record = usageRecord({
      requestId: "r \"'\\/ ü 😀",
      projectId: "p",
      provider: "anthropic",
      feature: "chat",
      tags: ["a", 'b"{}', "c,d"],
      status: "ok",
      durationMs: 2_147_483_647,
      inputTokens: Number.MAX_SAFE_INTEGER,
    });
    await store.append([record, usageRecord({ requestId: "s", tags: [] }), usageRecord({ requestId: "t" })]);
    const { rows } = await database.pool.query("select * from usage_record order by request_id");
    expect(rows[0]).toMatchObject({
      request_id: record.requestId,
      project_id: "p",
      provider: "anthropic",
      feature: "chat",
      tags: record.tags,
      status: "ok",
      duration_ms: 2_147_483_647,
      input_tokens: Number.MAX_SAFE_INTEGER,
      occurred_at: new Date(record.occurredAt),
      content_hash: record.contentHash,
      price_id: null,
    });
    expect(rows.map((row) => row.tags)).toEqual([record.tags, [], null]);
  });

  it("stores one of many equal records that race from two pools, in any order of ids, and counts it once", async () => {
    const other = createPool({ url: database.url, max: 5, applicationName: "other", logger: silentLogger });
    const stores = [store, createUsageStore(other)];
    // Each of 20 ids three times; users and so rollup rows are shared.
    const equal = Array.from({ length: 60 }, (_, n) => usageRecord({ requestId: `r${n % 20}`, userId: `u${n % 2}` }));
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, n) => stores[n % 2]?.append(n % 3 === 0 ? equal.toReversed() : equal)),
    );
    await other.end();
    const kinds = outcomes.flat().map((outcome) => outcome?.kind);
    expect(kinds.filter((kind) => kind === "stored")).toHaveLength(20);
    expect(kinds.filter((kind) => kind === "duplicate")).toHaveLength(12 * 60 - 20);
    expect(await counts()).toEqual({ rows: 20, requests: 20 });
    expect(await usageRollupDifferences(database.pool)).toEqual([]);
  });

  it("keeps nothing of a call whose rollup fails", async () => {
    await database.pool.query("alter table usage_rollup add constraint no_poison check (user_id <> 'poison')");
    const call = store.append([
      usageRecord({ requestId: "good" }),
      usageRecord({ requestId: "bad", userId: "poison" }),
    ]);
    await expect(call).rejects.toThrow(/no_poison/);
    await database.pool.query("alter table usage_rollup drop constraint no_poison");
    expect(await counts()).toEqual({ rows: 0, requests: 0 });
  });
});

describe("the usage rollup", () => {
  it("equals a recount, and money adds up to the last digit, whatever comes in whatever order", async () => {
    const known = [...["claude-3-opus-20240229", "claude-3-sonnet-20240229", "claude-3-haiku-20240307"], "unknown"];
    const start = Date.parse("2026-06-15T11:00:00Z");
    const recordArbitrary = fc.record({
      id: fc.integer({ min: 0, max: 30 }),
      minute: fc.integer({ min: 0, max: 120 }),
      user: fc.constantFrom("a", "b"),
      project: fc.constantFrom("p", "q", null),
      model: fc.constantFrom(...known),
      inputTokens: fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.constant(Number.MAX_SAFE_INTEGER)),
      outputTokens: fc.integer({ min: 0, max: 100_000 }),
      feature: fc.constantFrom("generation", "build", null),
      tags: fc.constantFrom(null, [], ["a"], ["b", "a", "b"]),
      provider: fc.constantFrom("anthropic", "gateway", null),
      failed: fc.boolean(),
    });
    const calls = fc.array(fc.array(recordArbitrary, { maxLength: 12 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(calls, async (batches) => {
        await database.pool.query("truncate usage_record, usage_rollup, usage_tag_rollup");
        const stored = new Map<string, UsageRecord>();
        await Promise.all(
          batches.map(async (batch) => {
            const records = batch.map((entry) => {
              const record = usageRecord({
                requestId: `r${entry.id}`,
                occurredAt: start + entry.minute * 60_000,
                userId: entry.user,
                projectId: entry.project,
                model: entry.model,
                inputTokens: entry.inputTokens,
                outputTokens: entry.outputTokens,
                feature: entry.feature,
                tags: entry.tags,
                purpose: entry.feature,
                failed: entry.failed,
                provider: entry.provider,
              });
              return { ...record, receipt: receiptOf(record, prices) };
            });
            const outcomes = await store.append(records);
            for (const [n, record] of records.entries()) {
              if (outcomes[n]?.kind === "stored") stored.set(record.requestId, record);
            }
          }),
        );
        expect(await usageRollupDifferences(database.pool)).toEqual([]);
        expect(await totalCost()).toBe(microDollarOracle([...stored.values()]));
      }),
      { numRuns: 30 },
    );
  });
});

async function counts(): Promise<{ rows: number; requests: number }> {
  const { rows } = await database.pool.query(
    `select (select count(*) from usage_record) as rows, (select coalesce(sum(requests), 0)::bigint from usage_rollup) as requests`,
  );
  return rows[0];
}

async function totalCost(): Promise<string> {
  const { rows } = await database.pool.query(
    "select (coalesce(sum(input_cost + output_cost), 0) * 1000000000000)::numeric(60, 0)::text as total from usage_rollup",
  );
  return rows[0].total;
}

// Whole numbers only: tokens times the price in millionths of a dollar a million is 10^-12 dollars.
function microDollarOracle(records: UsageRecord[]): string {
  const perMillion: Record<string, [bigint, bigint]> = {
    "claude-3-opus-20240229": [15_000_000n, 75_000_000n],
    "claude-3-sonnet-20240229": [3_000_000n, 15_000_000n],
    "claude-3-haiku-20240307": [250_000n, 1_250_000n],
  };
  let total = 0n;
  for (const { model, inputTokens, outputTokens } of records) {
    const [input, output] = perMillion[model] ?? [0n, 0n];
    total += BigInt(inputTokens) * input + BigInt(outputTokens) * output;
  }
  return String(total);
}
