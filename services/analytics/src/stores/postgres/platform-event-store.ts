import type pg from "pg";
import { bucketOf, toInstant } from "../../types.js";
import type { PlatformEvent, PlatformEventOutcome, PlatformEventStore } from "../platform-event-store.js";
import { compareTexts, firstOfEach, type Identified, judge } from "./identity.js";
import { eventSums, isClosed, isSummedEvent, summedEvents } from "./late-changes.js";
import { isRegistryEvent, lockRegistry, updateRegistry } from "./project-registry.js";
import { inTransaction } from "./transaction.js";

export function createPlatformEventStore(pool: pg.Pool): PlatformEventStore {
  return { append: (events) => (events.length === 0 ? Promise.resolve([]) : appendEvents(pool, events)) };
}

async function appendEvents(pool: pg.Pool, events: readonly PlatformEvent[]): Promise<PlatformEventOutcome[]> {
  // The registry, then ids, then rollup rows, each sorted: writers that meet wait for each other and never in a circle.
  const candidates = firstOfEach(events, idOf);
  const { inserted, known } = await inTransaction(pool, async (client) => {
    if (candidates.some(isRegistryEvent)) await lockRegistry(client);
    const inserted = await insertEvents(client, candidates);
    const fresh = candidates.filter((event) => inserted.has(event.eventId));
    await addToRollup(client, fresh);
    await updateRegistry(client, fresh.filter(isRegistryEvent));
    const old = candidates.map(idOf).filter((id) => !inserted.has(id));
    return { inserted, known: await readKnown(client, old) };
  });
  return judge(events, idOf, inserted, known).map((judgement) => judgement.kind);
}

function idOf(event: PlatformEvent): string {
  return event.eventId;
}

// Answers the ids that were new. An id that another transaction is storing just now is waited for.
async function insertEvents(client: pg.PoolClient, events: readonly PlatformEvent[]): Promise<Set<string>> {
  const { rows } = await client.query<{ event_id: string }>(
    `insert into platform_event (event_id, event, user_id, project_id, occurred_at, received_at, content_hash, metadata)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::bytea[], $8::jsonb[])
     on conflict (event_id) do nothing
     returning event_id`,
    [
      events.map((event) => event.eventId),
      events.map((event) => event.event),
      events.map((event) => event.userId),
      events.map((event) => event.projectId),
      events.map((event) => toInstant(event.occurredAt)),
      events.map((event) => toInstant(event.receivedAt)),
      events.map((event) => event.contentHash),
      events.map((event) => event.metadata),
    ],
  );
  return new Set(rows.map((row) => row.event_id));
}

async function addToRollup(client: pg.PoolClient, events: readonly PlatformEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = rollUp(events);
  await client.query(
    `with sent as (
       select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::bigint[])
         as sent (bucket, event, user_id, project_id, events)
     ), late as (
       insert into late_platform_change (day, user_id, project_id, ${summedEvents.map(({ column }) => column).join(", ")})
       select bucket::date, user_id, project_id, ${eventSums("events")}
       from sent where ${isSummedEvent} and ${isClosed("bucket")}
     )
     insert into platform_event_rollup as rollup (bucket, event, user_id, project_id, events)
     select bucket, event, user_id, project_id, events from sent
     on conflict (event, bucket, project_id, user_id) do update set events = rollup.events + excluded.events`,
    [
      rows.map((row) => toInstant(row.bucket)),
      rows.map((row) => row.event),
      rows.map((row) => row.userId),
      rows.map((row) => row.projectId),
      rows.map((row) => row.events),
    ],
  );
}

type RollupRow = { bucket: number; event: string; userId: string; projectId: string; events: number };

// One row a primary key, sorted by it.
function rollUp(events: readonly PlatformEvent[]): RollupRow[] {
  const rows = new Map<string, RollupRow>();
  for (const { event, occurredAt, userId, projectId } of events) {
    const place = { bucket: bucketOf(occurredAt), event, userId: userId ?? "", projectId: projectId ?? "" };
    const key = JSON.stringify([place.event, place.bucket, place.projectId, place.userId]);
    rows.set(key, { ...place, events: (rows.get(key)?.events ?? 0) + 1 });
  }
  return [...rows.entries()].sort(([a], [b]) => compareTexts(a, b)).map(([, row]) => row);
}

async function readKnown(client: pg.PoolClient, eventIds: readonly string[]): Promise<Map<string, Identified>> {
  if (eventIds.length === 0) return new Map();
  const { rows } = await client.query<{ event_id: string; content_hash: Buffer }>(
    "select event_id, content_hash from platform_event where event_id = any($1::text[])",
    [eventIds],
  );
  return new Map(rows.map((row) => [row.event_id, { contentHash: row.content_hash }]));
}
