import type pg from "pg";
import { bucketMs, type TimeWindow, toInstant } from "../../types.js";
import type { EventArrival, LiveEventStore } from "../live-event-store.js";
import type { StoredEvent } from "../timeline-event.js";
import { readCorrectedRanges } from "./corrected-days.js";
import { eventsIn } from "./insight-conditions.js";
import { createBindings } from "./slices.js";
import { describedEvents, type TimelineRow, timelineColumns, toStoredEvent } from "./timeline-rows.js";
import { query } from "./transaction.js";

export function createLiveEventStore(pool: pg.Pool): LiveEventStore {
  return {
    reachOf: (projectKey, window, maxEvents) => findReach(pool, projectKey, window, maxEvents),
    arrivals: (projectKey, window, receivedFrom, limit) =>
      findArrivals(pool, projectKey, window, { receivedFrom, limit }),
    eventsOf: (projectKey, arrivals) => readEvents(pool, projectKey, arrivals),
  };
}

// project_rollup's primary key: a row a bucket.
async function findReach(
  pool: pg.Pool,
  projectKey: number,
  { from, to }: TimeWindow,
  maxEvents: number,
): Promise<number> {
  const [row] = await query<{ full: Date | null }>(
    pool,
    `select max(bucket) filter (where walked > $4) as full
     from (select bucket, sum(events) over (order by bucket desc) as walked from project_rollup
       where project_key = $1 and bucket >= $2 and bucket < $3) as held`,
    [projectKey, toInstant(from), toInstant(to), maxEvents],
  );
  if (row === undefined || row.full === null) return from;
  return Math.min(row.full.getTime() + bucketMs, Math.floor((to - 1) / bucketMs) * bucketMs);
}

// No index knows when events came in: the primary key's range of the window, and app_event_corrected_at's.
async function findArrivals(
  pool: pg.Pool,
  projectKey: number,
  window: TimeWindow,
  { receivedFrom, limit }: { receivedFrom: number; limit: number },
): Promise<EventArrival[]> {
  const corrected = await readCorrectedRanges(pool, [window], { projectKey });
  const bindings = createBindings();
  const project = `${bindings.bind(projectKey)}::integer`;
  const conditions = [`received_at >= ${bindings.bind(toInstant(receivedFrom))}::timestamptz`];
  const columns = "event_id, occurred_at, received_at";
  const rows = await query<{ eventKey: string; occurredAt: Date; receivedAt: Date }>(
    pool,
    `select event_id as "eventKey", occurred_at as "occurredAt", received_at as "receivedAt"
     from ${eventsIn(bindings, { project, window, corrected, columns, conditions })} as event
     order by received_at desc, at desc, event_id limit ${bindings.bind(limit)}`,
    bindings.values,
  );
  return rows.map(({ eventKey, occurredAt, receivedAt }) => ({
    eventKey,
    occurredAt: occurredAt.getTime(),
    receivedAt: receivedAt.getTime(),
  }));
}

// One look into the primary key for each. The outermost times are constants, which say what partitions to look into.
async function readEvents(
  pool: pg.Pool,
  projectKey: number,
  arrivals: readonly EventArrival[],
): Promise<StoredEvent[]> {
  if (arrivals.length === 0) return [];
  const times = arrivals.map(({ occurredAt }) => occurredAt);
  const selection = `(select coalesce(corrected_at, occurred_at) as at, ${timelineColumns}
    from unnest($2::timestamptz[], $3::uuid[]) as wanted (time, key)
    join app_event on project_key = $1 and occurred_at = time and event_id = key and occurred_at between $4 and $5)`;
  const rows = await query<TimelineRow>(pool, describedEvents(selection), [
    projectKey,
    times.map(toInstant),
    arrivals.map(({ eventKey }) => eventKey),
    toInstant(Math.min(...times)),
    toInstant(Math.max(...times)),
  ]);
  return rows.map(toStoredEvent);
}
