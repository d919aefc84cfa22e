import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createMetricsAggregator, type MetricsAggregator } from "../../src/metrics-aggregator.js";
import { createMemoryCacheStore } from "../../src/stores/memory/cache-store.js";
import type { MetricsStore } from "../../src/stores/metrics-store.js";
import { createAppMetricsStore } from "../../src/stores/postgres/app-metrics-store.js";
import { createMetricsStore } from "../../src/stores/postgres/metrics-store.js";
import { createUsageStore } from "../../src/stores/postgres/usage-store.js";
import { FakeClock } from "../support/fake-clock.js";
import { createTestDatabase, type TestDatabase } from "../support/postgres.js";
import { usageRecord } from "../support/usage.js";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const clock = new FakeClock("2026-06-15T12:10:00Z");
let metrics: MetricsAggregator;
/** How often the database was asked for the overview, and a gate that holds its answers back. */
let asked: number;
let gate: Promise<void>;
let open: () => void;

beforeEach(() => {
  asked = 0;
  gate = new Promise((resolve) => {
    open = resolve;
  });
  const store = createMetricsStore(db.pool);
  const gated: MetricsStore = {
    ...store,
    async overview(windows, topLimit) {
      asked += 1;
      const overview = await store.overview(windows, topLimit);
      await gate;
      return overview;
    },
  };
  const cache = createMemoryCacheStore();
  metrics = createMetricsAggregator({ metrics: gated, apps: createAppMetricsStore(db.pool), cache, clock: clock.now });
});

let requests = 0;
async function use(tokens: number): Promise<void> {
  requests += 1;
  const outcomes = await createUsageStore(db.pool).append([
    usageRecord({ requestId: `r${requests}`, inputTokens: tokens, outputTokens: 0 }),
  ]);
  expect(outcomes[0]?.kind).toBe("stored");
}

const tokensOf = async (reply: ReturnType<MetricsAggregator["dashboard"]>) => (await reply).overview.totalTokensUsed;

it("asks the database once, however many ask for a dashboard at once", async () => {
  const replies = Array.from({ length: 20 }, () => metrics.dashboard());
  open();
  const dashboards = await Promise.all(replies);
  expect(asked).toBe(1);
  expect(new Set(dashboards.map((dashboard) => JSON.stringify(dashboard))).size).toBe(1);
  await metrics.dashboard();
  expect(asked).toBe(1);
});

it("answers a fresh one with all that was committed before it was asked, even while an older one is under way", async () => {
  const earlier = metrics.dashboard();
  await until(() => asked === 1);
  await use(1_000);
  const fresh = Array.from({ length: 20 }, () => metrics.dashboard({ fresh: true }));
  open();
  const before = await tokensOf(earlier);
  for (const reply of fresh) expect(await tokensOf(reply)).toBe(before + 1_000);
  expect(asked).toBe(2);
});

it("neither caches nor answers what was begun before an invalidation", async () => {
  const earlier = metrics.dashboard();
  await until(() => asked === 1);
  await use(10);
  await metrics.invalidate();
  const meanwhile = metrics.dashboard();
  open();
  const before = await tokensOf(earlier);
  expect(await tokensOf(meanwhile)).toBe(before + 10);
  expect(await tokensOf(metrics.dashboard())).toBe(before + 10);
});

it("asks again after a failure", async () => {
  open();
  const broken = { ...createMetricsStore(db.pool), overview: () => Promise.reject(new Error("no database")) };
  let store: MetricsStore = broken;
  const parts = { apps: createAppMetricsStore(db.pool), cache: createMemoryCacheStore(), clock: clock.now };
  const aggregator = createMetricsAggregator({
    ...parts,
    metrics: { ...broken, overview: (...args) => store.overview(...args) },
  });
  await expect(aggregator.dashboard({ fresh: true })).rejects.toThrow("no database");
  store = createMetricsStore(db.pool);
  expect((await aggregator.dashboard()).generatedAt).toBe("2026-06-15T12:10:00.000Z");
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
