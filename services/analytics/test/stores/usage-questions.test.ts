import fc from "fast-check";
import { DateTime } from "luxon";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sumMoney } from "../../src/money.js";
import { createUsageStore } from "../../src/stores/postgres/usage-store.js";
import type { UsageRecord, UsageStore, UsageSubject, UsageSums } from "../../src/stores/usage-store.js";
import { createTestDatabase, type TestDatabase } from "../support/postgres.js";
import { receipt, seedPrices, usageRecord, usageRollupDifferences } from "../support/usage.js";

let database: TestDatabase;
let store: UsageStore;

beforeAll(async () => {
  database = await createTestDatabase();
  store = createUsageStore(database.pool);
  await seedPrices(database.pool);
});
beforeEach(() => database.pool.query("truncate usage_record, usage_rollup"));
afterAll(() => database.drop());

describe("what was used", () => {
  const base = Date.parse("2026-03-28T00:00:00Z");

  it("equals a naive recount in every window, cut edges and zones of +5:45 and summer time included", async () => {
    const records = Array.from({ length: 400 }, (_, n) =>
      usageRecord({
        requestId: `r${n}`,
        // Spread over three days, some exactly on a bucket's or window's bound.
        occurredAt: base + (n % 10 === 0 ? (n % 70) * 3_600_000 : (n * 7_919_317) % (3 * 86_400_000)),
        userId: n % 4 === 0 ? "other" : "user",
        projectId: n % 5 === 0 ? null : `p${n % 3}`,
        model: n % 2 === 0 ? "claude-3-haiku-20240307" : "unknown",
        inputTokens: n,
        outputTokens: 1_000 * n,
        cacheReadTokens: n % 3 === 0 ? Math.floor(n / 2) : 0,
        reasoningTokens: n % 6,
        failed: n % 7 === 0,
        receipt: n % 2 === 0 ? receipt(1, `0.${n + 1}`, `0.0000${n + 1}`) : null,
      }),
    );
    await store.append(records);
    const offset = fc.integer({ min: -3_600_000, max: 3 * 86_400_000 + 3_600_000 });
    const zone = fc.constantFrom("UTC", "Asia/Kathmandu", "Europe/Berlin", "America/St_Johns");
    const subject = fc.constantFrom(
      { kind: "user", id: "user" } as const,
      { kind: "project", id: "p1" } as const,
      { kind: "user", id: "nobody" } as const,
      { kind: "platform" } as const,
    );
    await fc.assert(
      fc.asyncProperty(offset, offset, zone, subject, async (a, b, tz, who) => {
        const window = { from: base + Math.min(a, b), to: base + Math.max(a, b) + 1 };
        const boundaries = localDays(window, tz);
        const found = await store.usageOf(who, window, boundaries);
        const own = records.filter((record) => isOf(record, who) && within(record, window));
        expect(found.byModel.map(plain)).toEqual(expectedSums(own, (record) => record.model, "model"));
        const dayOf = (record: UsageRecord) => boundaries.findLastIndex((start) => start <= record.occurredAt);
        expect(found.byInterval.map(plain)).toEqual(expectedSums(own, dayOf, "index"));
        const counterparts = own.map((record) => (who.kind === "user" ? record.projectId : record.userId));
        expect(found.counterparts).toBe(new Set(counterparts.filter((id) => id !== null)).size);
      }),
      { numRuns: 60 },
    );
  });

  it("is nothing for an id that nobody knows", async () => {
    const window = { from: base, to: base + 86_400_000 };
    const nothing = { byModel: [], byInterval: [], counterparts: 0 };
    expect(await store.usageOf({ kind: "user", id: "it's; drop table" }, window, [window.from, window.to])).toEqual(
      nothing,
    );
    expect(await store.firstUseOf({ kind: "user", id: "nobody" })).toBeUndefined();
  });

  it("stays an answer past 2^53 tokens", async () => {
    const inputTokens = Number.MAX_SAFE_INTEGER;
    await store.append(["a", "b", "c"].map((requestId) => usageRecord({ requestId, inputTokens })));
    const window = { from: Date.parse("2026-06-15T00:00:00Z"), to: Date.parse("2026-06-16T00:00:00Z") };
    const { byModel } = await store.usageOf({ kind: "user", id: "user" }, window, [window.from, window.to]);
    expect(byModel[0]?.inputTokens).toBe(3 * inputTokens);
    expect(await usageRollupDifferences(database.pool)).toEqual([]);
  });

  it("knows the bucket of the first use of a user and of a project", async () => {
    const occurredAt = Date.parse("2026-02-03T04:05:06Z");
    await store.append([
      usageRecord({ requestId: "late", projectId: "p" }),
      usageRecord({ requestId: "early", occurredAt, projectId: "p" }),
    ]);
    const bucket = Date.parse("2026-02-03T04:00:00Z");
    expect(await store.firstUseOf({ kind: "user", id: "user" })).toBe(bucket);
    expect(await store.firstUseOf({ kind: "project", id: "p" })).toBe(bucket);
  });

  it("of a user, or a project, is one walk of its index", async () => {
    for (const where of ["user_id = 'u'", "project_id = 'p'"]) {
      const plan = await explain(
        `select * from usage_rollup where ${where} and bucket >= '2026-01-01' and bucket < '2026-02-01'`,
      );
      expect(plan).toMatch(/Index Cond: .*bucket/);
    }
  });
});

async function explain(sql: string): Promise<string> {
  const client = await database.pool.connect();
  try {
    // An empty table is scanned whole whatever its indexes; the question is whether they serve at all.
    await client.query("set enable_seqscan = off");
    const { rows } = await client.query(`explain ${sql}`);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  } finally {
    await client.query("reset enable_seqscan");
    client.release();
  }
}

function localDays(window: { from: number; to: number }, tz: string): number[] {
  const boundaries = [window.from];
  for (let day = DateTime.fromMillis(window.from, { zone: tz }); ; ) {
    day = day.plus({ days: 1 }).startOf("day");
    if (day.toMillis() >= window.to) return [...boundaries, window.to];
    boundaries.push(day.toMillis());
  }
}

function isOf(record: UsageRecord, who: UsageSubject): boolean {
  if (who.kind === "platform") return true;
  return (who.kind === "user" ? record.userId : record.projectId) === who.id;
}

function within({ occurredAt }: UsageRecord, { from, to }: { from: number; to: number }): boolean {
  return occurredAt >= from && occurredAt < to;
}

function plain<Sums extends UsageSums>(sums: Sums) {
  const { inputCost, outputCost, cacheCost, failedCost } = sums;
  const costs = Object.entries({ inputCost, outputCost, cacheCost, failedCost });
  return { ...sums, ...Object.fromEntries(costs.map(([name, cost]) => [name, cost.toFixed()])) };
}

function expectedSums(records: UsageRecord[], keyOf: (record: UsageRecord) => string | number, name: string) {
  const keys = [...new Set(records.map(keyOf))].sort((a, b) => (a < b ? -1 : 1));
  return keys.map((key) => {
    const own = records.filter((record) => keyOf(record) === key);
    return {
      [name]: key,
      requests: own.length,
      unpricedRequests: own.filter((record) => record.receipt === null).length,
      failedRequests: own.filter((record) => record.failed).length,
      cacheReadTokens: own.reduce((sum, record) => sum + record.cacheReadTokens, 0),
      cacheWriteTokens: 0,
      reasoningTokens: own.reduce((sum, record) => sum + record.reasoningTokens, 0),
      cacheCost: "0",
      failedCost: sumMoney(
        own.flatMap(({ receipt, failed }) =>
          failed && receipt !== null ? receipt.inputCost.plus(receipt.outputCost) : [],
        ),
      ).toFixed(),
      inputTokens: own.reduce((sum, record) => sum + record.inputTokens, 0),
      outputTokens: own.reduce((sum, record) => sum + record.outputTokens, 0),
      inputCost: sumMoney(own.flatMap((record) => record.receipt?.inputCost ?? [])).toFixed(),
      outputCost: sumMoney(own.flatMap((record) => record.receipt?.outputCost ?? [])).toFixed(),
    };
  });
}
