import fc from "fast-check";
import { contentHash } from "../../src/content-hash.js";
import { batchDeltas } from "../../src/ingestion/batch-deltas.js";
import { createEventStore } from "../../src/stores/postgres/event-store.js";
import { createPlatformEventStore } from "../../src/stores/postgres/platform-event-store.js";
import { createSummaryStore } from "../../src/stores/postgres/summary-store.js";
import { createUsageStore } from "../../src/stores/postgres/usage-store.js";
import { createSummaries, type SummaryReport } from "../../src/summaries/summaries.js";
import { appEvent, eventBatch } from "./app-events.js";
import { createTestDatabase, type TestDatabase } from "./postgres.js";
import { receipt, seedPrices, usageRecord } from "./usage.js";

/** What happens on one of ten days: in an app, as an LLM call of 30 tokens, or on the platform. */
export type Act = { kind: "app" | "usage" | "platform"; project: string; minute: number; who: string };

export const firstDay = Date.parse("2026-02-23T00:00:00Z");
export const days = 10;
export const [minuteMs, dayMs] = [60_000, 24 * 60 * 60_000];
export const actEvents = ["generation.completed", "generation.failed", "build.completed", "build.failed", "user.login"];
/** Of the calls whose minute is no multiple of five. */
export const callCost = "0.3000001";

export const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom("app" as const, "app" as const, "usage" as const, "platform" as const),
  project: fc.constantFrom("p1", "p2", "p3"),
  minute: fc.integer({ min: 0, max: days * 24 * 60 - 1 }),
  who: fc.constantFrom("ada", "ben", "cem", "nobody"),
});

export const summaryTables = [
  "daily_summary",
  "app_bucket_summary",
  "active_summary",
  "late_app_change",
  "late_platform_change",
];
const counted = ["app_event", "session", "actor", "actor_day", "project_rollup", "ingestion_ledger", "platform_event"];
const rolledUp = ["platform_event_rollup", "usage_record", "usage_rollup", "usage_tag_rollup"];

export type ActDatabase = {
  database: TestDatabase;
  apply(act: Act): Promise<void>;
  /** As the jobs do, five seconds after the day's beginning. */
  bringUpToDate(day: number): Promise<SummaryReport>;
  /** Forgets all that was done; projects and prices stay. */
  empty(): Promise<void>;
};

/** A database with the projects p1, p2 and p3, each in a time zone of its own. */
export async function createActDatabase(): Promise<ActDatabase> {
  const database = await createTestDatabase();
  const { pool } = database;
  const { rows } = await pool.query<{ project_key: number; id: string }>(
    `insert into project (id, name, timezone, created_at, named_at)
     select id, id, zone, now(), now()
     from unnest(array['p1', 'p2', 'p3'], array['UTC', 'Europe/Berlin', 'Asia/Kathmandu']) as sent (id, zone)
     returning project_key, id`,
  );
  const projectKeys = new Map(rows.map((row) => [row.id, row.project_key]));
  await seedPrices(pool);
  const prices = await pool.query<{ id: number }>("select min(price_id) as id from model_price");
  const priceId = prices.rows[0]?.id ?? 0;
  const events = createEventStore({ pool, deltasOf: batchDeltas });
  const summaries = createSummaries(createSummaryStore(pool));
  let number = 0;

  return {
    database,
    async apply({ kind, project, minute, who }) {
      number += 1;
      const at = firstDay + minute * minuteMs;
      if (kind === "app") {
        const actor = who === "nobody" ? undefined : who;
        const event = appEvent({ eventId: `e${number}`, at, sessionId: `${project}-${who}`, actor });
        await events.append([eventBatch(projectKeys.get(project) ?? 0, [event])]);
      } else if (kind === "usage") {
        const record = usageRecord({
          ...{ requestId: `r${number}`, occurredAt: at, userId: who, projectId: who === "nobody" ? null : project },
          ...{ failed: minute % 3 === 0, purpose: minute % 2 === 0 ? ("build" as const) : null },
          receipt: minute % 5 === 0 ? null : receipt(priceId, "0.0000001", "0.3"),
        });
        await createUsageStore(pool).append([record]);
      } else {
        const event = actEvents[minute % actEvents.length] ?? "";
        const sent = { event, userId: who === "nobody" ? null : who, projectId: project, occurredAt: at };
        const more = { receivedAt: at, contentHash: contentHash(sent), metadata: null, projectName: null };
        await createPlatformEventStore(pool).append([{ ...sent, ...more, eventId: `x${number}` }]);
      }
    },
    bringUpToDate: (day) => summaries.bringUpToDate(new Date(firstDay + day * dayMs + 5_000)),
    async empty() {
      await pool.query(`truncate ${[...counted, ...rolledUp, ...summaryTables].join(", ")}`);
      await pool.query("update summary_progress set closed_before = '0001-01-01', noted_before = '0001-01-01'");
    },
  };
}
