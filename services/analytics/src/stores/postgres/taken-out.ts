import type pg from "pg";
import { bucketOf, toInstant } from "../../types.js";
import { isClosed } from "./late-changes.js";
import { patientQuery } from "./patient-query.js";

// What counts the events that are in erased_event gets in step with their removal, in its transaction.

const bucket = (instant: string): string =>
  `date_bin('15 minutes', ${instant}, timestamptz '1970-01-01 00:00:00+00')::timestamptz(0)`;

/**
 * Waits for the flushes that are counting events, and keeps all others from it till the transaction ends. They come here with nothing
 * locked but their new rows, so none is waited for that waits. Locking the rows alone would not do: a flush looks into actor_day,
 * without a lock, for what it need not write, and would rely on a day that is just being deleted.
 */
export async function lockCounted(client: pg.PoolClient): Promise<void> {
  await client.query("lock table session in share row exclusive mode");
}

const ofErased = `project_key = $1 and session_id in (
  select session_id from erased_event where project_key = $1
  union select session_id from session where project_key = $1 and actor_id = $2::uuid)`;

/** A session before and after: `startedAt` null where nothing of it is left. */
type ChangedSession = { session_id: string; was_started_at: Date; started_at: Date | null; lost_events: number };

export type TakenSessions = { gone: number; shared: number; starts: { bucket: number; sessions: number }[] };

/**
 * Sessions without the erased events: those that had no others are deleted, the others are what the rows left come to. Rows in
 * files can't be read: where some are, what they may have decided stays, but for the actor. `lockCounted` goes before.
 */
export async function takeOutOfSessions(
  client: pg.PoolClient,
  projectKey: number,
  actorKey: string | null,
): Promise<TakenSessions> {
  const rows = await patientQuery<ChangedSession>(
    client,
    `with lost as (
       select session_id, count(*) as events, count(*) filter (where type = 'screen_view') as screens
       from erased_event join event_name using (name_key) where erased_event.project_key = $1 group by session_id
     ), touched as (
       select session.*, coalesce(lost.events, 0) as lost_events, session.events - coalesce(lost.events, 0) as events_left,
         session.screens - coalesce(lost.screens, 0) as screens_left
       from session left join lost using (session_id) where ${ofErased}
     ), kept as (
       select * from touched where events_left > 0
     ), seen as (
       select session_id, count(*) as events, min(at) as started_at, max(at) as last_event_at,
         (array_agg(device_key order by at, device_key))[1] as device_key,
         (array_agg(actor_id order by at desc, actor_id) filter (where actor_id is not null))[1] as actor_id,
         max(at) filter (where actor_id is not null) as actor_at
       from (${rowsOf("kept")}) as event group by session_id
     ), next as (
       select kept.session_id, kept.started_at as was_started_at, kept.lost_events, kept.events_left, kept.screens_left,
         case when is_whole then seen.started_at else kept.started_at end as started_at,
         case when is_whole then seen.device_key else kept.device_key end as device_key,
         coalesce(seen.last_event_at, kept.last_event_at) as last_event_at,
         case when is_whole or kept.actor_id = $2 then seen.actor_id else kept.actor_id end as actor_id,
         case when is_whole or kept.actor_id = $2 then seen.actor_at else kept.actor_at end as actor_at
       from kept left join seen using (session_id)
         cross join lateral (select coalesce(seen.events, 0) = events_left as is_whole) as rows
     ), changed as (
       update session set started_at = next.started_at, last_event_at = next.last_event_at, device_key = next.device_key,
         actor_id = next.actor_id, actor_at = next.actor_at, events = events_left, screens = screens_left
       from next where session.project_key = $1 and session.session_id = next.session_id
     ), gone as (
       delete from session using touched
       where session.project_key = $1 and session.session_id = touched.session_id and events_left <= 0
     )
     select session_id, was_started_at, started_at, lost_events from next
     union all
     select session_id, started_at, null, lost_events from touched where events_left <= 0`,
    [projectKey, actorKey],
  );
  return {
    gone: rows.filter((row) => row.started_at === null).length,
    shared: rows.filter((row) => row.started_at !== null && row.lost_events > 0).length,
    starts: rows.flatMap(startsOf),
  };
}

// A session's rows lie between its first and its last event: the primary key's range, of all sessions in it.
function rowsOf(sessions: string): string {
  const branch = (at: string, more: string): string =>
    `select event.* from ${sessions} as session cross join lateral (
       select session_id, ${at} as at, device_key, actor_id from app_event
       where app_event.project_key = $1 and app_event.session_id = session.session_id
         and ${at} >= session.started_at and ${at} <= session.last_event_at and ${more}
     ) as event`;
  return `${branch("occurred_at", "corrected_at is null")} union all ${branch("corrected_at", "true")}`;
}

function startsOf({ was_started_at, started_at }: ChangedSession): { bucket: number; sessions: number }[] {
  const left = { bucket: bucketOf(was_started_at.getTime()), sessions: -1 };
  if (started_at === null) return [left];
  const entered = { bucket: bucketOf(started_at.getTime()), sessions: 1 };
  return left.bucket === entered.bucket ? [] : [left, entered];
}

/**
 * The rollup and the ledger without the erased events, and the note of what that changes in closed days. `days`: those of which the
 * actives change.
 */
export async function takeOutOfCounts(
  client: pg.PoolClient,
  projectKey: number,
  { starts }: Pick<TakenSessions, "starts">,
  days: readonly string[],
): Promise<void> {
  const buckets = `select ${bucket("at")} from erased_event where project_key = $1 union select unnest($2::timestamptz[])`;
  const values = [projectKey, starts.map((start) => toInstant(start.bucket))];
  await patientQuery(
    client,
    `with lost as (
       select ${bucket("at")} as bucket, name_key, count(*) as events from erased_event where project_key = $1 group by 1, 2
     ), change as (
       select bucket, sum(events)::bigint as events, sum(sessions)::bigint as sessions
       from (
         select bucket, -events as events, 0 as sessions from lost
         union all select bucket, 0, sessions from unnest($2::timestamptz[], $3::bigint[]) as start (bucket, sessions)
       ) as part group by bucket
     ), counted as (
       update project_rollup as rollup set
         events = rollup.events + change.events,
         sessions = rollup.sessions + change.sessions,
         (name_keys, name_events) = (
           select coalesce(array_agg(name_key order by name_key), '{}'), coalesce(array_agg(events order by name_key), '{}')
           from (
             select name_key, sum(events)::bigint as events
             from (
               select * from unnest(rollup.name_keys, rollup.name_events) as named (name_key, events)
               union all select name_key, -events from lost where lost.bucket = rollup.bucket
             ) as both_sides group by name_key having sum(events) <> 0
           ) as merged
         )
       from change where rollup.project_key = $1 and rollup.bucket = change.bucket
     )
     insert into late_app_change (project_key, bucket, events, sessions)
     select $1, bucket, events, sessions from change where ${isClosed("bucket")}
     -- Of a day whose events are in files nothing changes but who was active.
     union all select $1, day::timestamptz, 0, 0 from unnest($4::date[]) as day where ${isClosed("day::timestamptz")}`,
    [...values, starts.map((start) => start.sessions), [...days]],
  );
  await patientQuery(
    client,
    `delete from project_rollup where project_key = $1 and bucket in (${buckets}) and events = 0 and sessions = 0`,
    values,
  );
  await takeOutOfLedger(client, projectKey);
}

async function takeOutOfLedger(client: pg.PoolClient, projectKey: number): Promise<void> {
  const received = `select ${bucket("received_at")} as bucket, count(*) as events
    from erased_event where project_key = $1 group by 1`;
  await patientQuery(
    client,
    `update ingestion_ledger as ledger set erased = ledger.erased + lost.events
     from (${received}) as lost where ledger.project_key = $1 and ledger.bucket = lost.bucket`,
    [projectKey],
  );
}
