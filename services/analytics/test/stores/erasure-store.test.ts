import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { idKey } from "../../src/ingestion/ids.js";
import { hashOf } from "../../src/insights/erasure.js";
import type { ErasureRow, ErasureStore } from "../../src/stores/erasure-store.js";
import type { AppEvent } from "../../src/stores/event-store.js";
import { createErasureStore } from "../../src/stores/postgres/erasure-store.js";
import { createSummaryStore } from "../../src/stores/postgres/summary-store.js";
import { createSummaries } from "../../src/summaries/summaries.js";
import { appEvent, eventBatch } from "../support/app-events.js";
import { countDeadlocks, createEventDatabase, type EventDatabase } from "../support/event-database.js";
import { identityOf, sentEvent, start } from "../support/sent-events.js";

let db: EventDatabase;
let erasures: ErasureStore;

beforeAll(async () => {
  db = await createEventDatabase();
  erasures = createErasureStore(db.pool);
});
afterAll(() => db.drop());
beforeEach(() => empty());

async function empty(): Promise<void> {
  await db.empty();
  await db.pool.query(
    "truncate actor_erasure, audit_entry, daily_summary, app_bucket_summary, active_summary, late_app_change",
  );
  await db.pool.query("update summary_progress set closed_before = '0001-01-01', noted_before = '0001-01-01'");
}

const at = new Date("2026-01-10T00:00:00Z");

function erase(projectKey: number, actorId: string, store = erasures): Promise<ErasureRow | "busy" | null> {
  const audit = { at, actor: "test", action: "actor.erase", target: "p/hash", detail: {} } as const;
  const hash = hashOf(actorId);
  return store.erase({
    ...{ projectKey, actorKey: idKey(actorId).uuid, actorHash: hash, id: randomUUID(), at, requestedBy: "test", audit },
  });
}

async function append(projectKey: number, events: readonly AppEvent[]): Promise<void> {
  for (const received of new Set(events.map(({ receivedAt }) => receivedAt))) {
    const some = events.filter(({ receivedAt }) => receivedAt === received);
    await db.store.append([eventBatch(projectKey, some)]);
  }
}

/** All that is kept of a project's events, with texts in place of what differs from project to project. */
async function contents(projectKey: number): Promise<Record<string, string[]>> {
  const parts = {
    app_event: `select occurred_at, received_at, corrected_at, event_id, session_id, actor_id, actor_is_user, device_key, type, name
      from app_event join event_name using (name_key) where app_event.project_key = $1`,
    session: `select session_id, session_id_text, started_at, last_event_at, device_key, actor_id, actor_at, events, screens
      from session where project_key = $1`,
    actor: "select actor_id, kind, id_text, first_seen_at, last_seen_at from actor where project_key = $1",
    actor_day: "select day, actor_id, buckets from actor_day where project_key = $1",
    project_rollup: `select bucket, rollup.events, sessions, type, name, named.events
      from project_rollup as rollup left join lateral unnest(name_keys, name_events) as named (name_key, events) on true
      left join event_name using (name_key)
      -- A flush leaves an empty row where a session's start moves away.
      where rollup.project_key = $1 and (rollup.events <> 0 or sessions <> 0)`,
    ingestion_ledger: `select bucket, stored - erased from ingestion_ledger where project_key = $1 and stored > erased`,
    daily_summary: `select day, app_events, app_sessions, active_users from daily_summary join project on scope_id = project.id
      where scope = 'project' and project_key = $1 and (app_events, app_sessions, active_users) <> (0, 0, 0)`,
    active_summary: `select timezone, unit, starts_on, active_users from active_summary
      where project_key = $1 and active_users <> 0`,
  };
  const tables: Record<string, string[]> = {};
  for (const [name, sql] of Object.entries(parts)) {
    const { rows } = await db.pool.query<{ row: string }>(`select part::text as row from (${sql}) as part order by 1`, [
      projectKey,
    ]);
    tables[name] = rows.map(({ row }) => row);
  }
  return tables;
}

const [dayOne, dayTwo] = [start + 3_600_000, start + 25 * 3_600_000].map((ms) => new Date(ms)) as [Date, Date];

it("leaves what there would be if the actor had never come, days closed before or not", async () => {
  const summaries = createSummaries(createSummaryStore(db.pool));
  const world = fc.record({
    sent: fc.uniqueArray(sentEvent, { selector: (one) => identityOf({ ...one, project: 0 }), maxLength: 30 }),
    who: fc.constantFrom("ada", "phone", "0189a3e8-1f04-7000-8000-000000000001"),
    closedFirst: fc.constantFrom(null, dayOne, dayTwo),
    closedLater: fc.constantFrom(null, dayTwo),
    late: fc.nat(30),
  });
  await fc.assert(
    fc.asyncProperty(world, async ({ sent, who, closedFirst, closedLater, late }) => {
      await empty();
      const [here = 0, there = 0] = db.projectKeys;
      const all: AppEvent[] = sent.map(({ event }) => event);
      const others = all.filter(({ actor }) => actor?.text !== who);
      const isLate = (event: AppEvent) => all.indexOf(event) >= late;
      for (const wave of [false, true]) {
        await append(
          here,
          all.filter((event) => isLate(event) === wave),
        );
        await append(
          there,
          others.filter((event) => isLate(event) === wave),
        );
        const closing = wave ? closedLater : closedFirst;
        if (closing !== null) await summaries.bringUpToDate(closing);
      }
      const receipt = await erase(here, who);
      expect(receipt === null).toBe(all.length === others.length);
      await db.expectNoDifferences();
      if (receipt !== null) {
        expect(receipt).toMatchObject({ events: all.length - others.length, archivedDays: [] });
        const sessionsOf = (events: AppEvent[]) => new Set(events.map(({ sessionId }) => sessionId));
        const theirs = sessionsOf(all.filter((event) => !others.includes(event)));
        const shared = [...sessionsOf(others)].filter((session) => theirs.has(session));
        expect(receipt).toMatchObject({ sessions: theirs.size - shared.length, sharedSessions: shared.length });
      }
      if (closedFirst !== null || closedLater !== null) {
        await summaries.bringUpToDate(dayTwo);
        await db.expectNoDifferences();
      }
      expect(await contents(here)).toEqual(await contents(there));
    }),
    { numRuns: 60 },
  );
}, 180_000);

it("gives way where somebody holds what it needs, and has deleted nothing", async () => {
  const projectKey = db.projectKeys[0] ?? 0;
  await append(projectKey, [appEvent({ eventId: "event", at: start, actor: "ada" })]);
  const hurried = createErasureStore(db.pool, { lockTimeoutMs: 20 });
  const holder = await db.pool.connect();
  await holder.query("begin; lock table session in row exclusive mode");
  expect(await erase(projectKey, "ada", hurried)).toBe("busy");
  await holder.query("rollback");
  holder.release();
  expect([await db.count("app_event"), await db.count("actor_erasure")]).toEqual([1, 0]);
  expect(await erase(projectKey, "ada", hurried)).toMatchObject({ events: 1 });
});

it("gives flushes their turn where the rest takes too long", async () => {
  const projectKey = db.projectKeys[0] ?? 0;
  const session = { at: start, sessionId: "shared" };
  const all = Array.from({ length: 3_000 }, (_, n) =>
    appEvent({ ...session, eventId: `event-${n}`, actor: n === 0 ? "ada" : "ben" }),
  );
  await append(projectKey, all);
  const hurried = createErasureStore(db.pool, { holdTimeoutMs: 1 });
  expect(await erase(projectKey, "ada", hurried)).toBe("busy");
  expect([await db.count("app_event"), await db.count("actor_erasure")]).toEqual([3_000, 0]);
});

it("is consistent beside flushes of the same actor", async () => {
  const projectKey = db.projectKeys[0] ?? 0;
  const deadlocks = await countDeadlocks(db.pool);
  const replicas = [db.addReplica(), db.addReplica()];
  let sent = 0;
  let isDone = false;
  const writers = replicas.map(async (replica, lane) => {
    for (let flush = 0; flush < 60; flush += 1) {
      const events = Array.from({ length: 20 }, (_, n) => {
        const number = lane * 10_000 + flush * 20 + n;
        return appEvent({
          eventId: `event-${number}`,
          at: start + (number % 90) * 60_000,
          sessionId: `session-${number % 7}-${flush % 5}`,
          actor: ["ada", "ben", undefined][number % 3],
        });
      });
      await replica.append([eventBatch(projectKey, events)]);
      sent += events.length;
    }
  });
  let erased = 0;
  const erasing = (async () => {
    while (!isDone) {
      const receipt = await erase(projectKey, "ada");
      if (receipt !== null && receipt !== "busy") erased += receipt.events;
    }
  })();
  await Promise.all(writers);
  isDone = true;
  await erasing;
  await db.expectNoDifferences();
  expect(erased).toBeGreaterThan(0);
  expect(await db.count("app_event")).toBe(sent - erased);
  expect(await countDeadlocks(db.pool)).toBe(deadlocks);
  const receipts = await erasures.list(projectKey, { before: null, limit: 1_000 });
  expect(receipts.reduce((sum, { events }) => sum + events, 0)).toBe(erased);
  expect(await db.count("audit_entry")).toBe(receipts.length);
}, 120_000);
