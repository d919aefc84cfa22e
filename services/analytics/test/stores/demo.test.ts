import { afterAll, beforeAll, expect, it } from "vitest";
import {
  type DemoOptions,
  type DemoOutcome,
  type DemoParts,
  type DemoProgress,
  fillDemo,
} from "../../src/demo/fill-demo.js";
import { batchDeltas } from "../../src/ingestion/batch-deltas.js";
import { openPriceBook } from "../../src/price-book.js";
import { createMemoryCounterStore } from "../../src/stores/memory/counter-store.js";
import { createConflictStore } from "../../src/stores/postgres/conflict-store.js";
import { createEventStore } from "../../src/stores/postgres/event-store.js";
import { createPartitions } from "../../src/stores/postgres/partitions.js";
import { createPlatformEventStore } from "../../src/stores/postgres/platform-event-store.js";
import { createPriceStore } from "../../src/stores/postgres/price-store.js";
import { createProjectStore } from "../../src/stores/postgres/project-store.js";
import { createUsageStore } from "../../src/stores/postgres/usage-store.js";
import { createVerifyStore } from "../../src/stores/postgres/verify-store.js";
import { createUsageTracker } from "../../src/usage-tracker.js";
import { formatVerifyReport, verify } from "../../src/verify.js";
import { FakeClock } from "../support/fake-clock.js";
import { createTestDatabase, type TestDatabase } from "../support/postgres.js";
import { silentLogger } from "../support/silent-logger.js";

const clock = new FakeClock("2026-05-14T10:07:31.250Z");
const small = { projects: 4, days: 25, seed: "small" };

let whole: TestDatabase;
let interrupted: TestDatabase;
beforeAll(async () => {
  whole = await createTestDatabase();
  interrupted = await createTestDatabase();
});
afterAll(async () => {
  await whole.drop();
  await interrupted.drop();
});

async function fill({ pool, prisma }: TestDatabase, options: Partial<DemoOptions> = {}): Promise<DemoOutcome> {
  const tracker = createUsageTracker({
    usage: createUsageStore(pool),
    platformEvents: createPlatformEventStore(pool),
    prices: await openPriceBook({ store: createPriceStore(pool), clock: clock.now, logger: silentLogger }),
    conflicts: createConflictStore(pool),
    counters: createMemoryCounterStore(),
    onUncounted: () => undefined,
    clock: clock.now,
    logger: silentLogger,
  });
  const parts: DemoParts = {
    events: createEventStore({ pool, deltasOf: batchDeltas }),
    ensurePartitions: createPartitions(pool).ensureFor,
    tracker,
    projects: createProjectStore(prisma),
  };
  return fillDemo(parts, { ...small, now: clock.now(), ...options });
}

async function contents({ pool }: TestDatabase): Promise<unknown> {
  const { rows } = await pool.query(
    `select (select count(*) from app_event) as app_events,
       (select md5(string_agg(event_id::text || occurred_at, ',' order by event_id)) from app_event) as app_event_hash,
       (select count(*) from platform_event) as platform_events,
       (select md5(string_agg(event_id || occurred_at, ',' order by event_id)) from platform_event) as platform_hash,
       (select count(*) from usage_record) as usage_records,
       (select sum(input_cost + output_cost)::text from usage_record) as cost,
       (select json_agg(json_build_object('id', id, 'name', name, 'tz', timezone) order by id) from project) as projects`,
  );
  return rows[0];
}

it("fills a demo whose rollups are what its rows say, and reports what it stored", async () => {
  const shown: DemoProgress[] = [];
  const outcome = await fill(whole, { onProgress: (progress) => shown.push(progress) });
  expect(outcome).toMatchObject({ projects: 4 });
  expect(await contents(whole)).toMatchObject({
    app_events: outcome.appEvents,
    platform_events: outcome.platformEvents,
    usage_records: outcome.usageRecords,
  });
  expect(outcome.appEvents).toBeGreaterThan(1_000);
  const report = await verify(createVerifyStore(whole.pool));
  expect(report.clean, formatVerifyReport(report)).toBe(true);
  expect(new Set(shown.map(({ phase }) => phase))).toEqual(new Set(["platform events", "LLM calls", "app events"]));
  expect(shown.at(-1)).toMatchObject({ phase: "app events", rows: outcome.appEvents, done: shown.at(-1)?.total });
});

it("adds nothing the second time, days later", async () => {
  const before = await contents(whole);
  const now = new Date(clock.now().getTime() + 3 * 24 * 3_600_000);
  expect(await fill(whole, { now })).toEqual({ projects: 4, platformEvents: 0, usageRecords: 0, appEvents: 0 });
  expect(await contents(whole)).toEqual(before);
});

it("goes on after an interruption and ends as if there had been none", async () => {
  const stop = new AbortController();
  const onProgress = ({ phase, rows }: DemoProgress): void => {
    if (phase === "app events" && rows > 0) stop.abort(new Error("enough for now"));
  };
  await expect(fill(interrupted, { onProgress, signal: stop.signal })).rejects.toThrow("enough for now");
  const now = new Date(clock.now().getTime() + 3_600_000);
  const rest = await fill(interrupted, { now });
  expect(rest.appEvents).toBeGreaterThan(0);
  expect(await contents(interrupted)).toEqual(await contents(whole));
});
