import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { toInstant } from "../../types.js";
import type { Folded, SummaryStore } from "../summary-store.js";
import { countActives, followTimeZones, periodsEndingIn, readTimeZones, recountActives } from "./active-summaries.js";
import { latePlatformColumns } from "./late-changes.js";
import { bePatient, patientQuery } from "./patient-query.js";
import { addToSummaries, scopesOf, summaryColumns, summaryRows } from "./summary-rows.js";
import { inTransaction, query } from "./transaction.js";

const dayMs = 24 * 60 * 60 * 1_000;
const [drainPollMs, drainTimeoutMs] = [20, 60_000];
// Of one transaction: its locks are the summaries' own, and no writer waits for them.
const foldedAtOnce = 20_000;

export function createSummaryStore(pool: pg.Pool): SummaryStore {
  return {
    async firstOpenDay() {
      const [row] = await query<{ closed_before: Date }>(pool, "select closed_before from summary_progress");
      const day = row?.closed_before.getTime() ?? neverMs;
      return day === neverMs ? null : day;
    },
    firstDayWithData: () => readFirstDay(pool),
    noteBefore: (day) => noteBefore(pool, day),
    async startAt(day) {
      await pool.query("update summary_progress set closed_before = $1 where closed_before = $2", [
        toInstant(day),
        toInstant(neverMs),
      ]);
    },
    closeDay: (day) => inOneSnapshot(pool, (client, closedBefore) => closeDay(client, day, closedBefore)),
    foldLate: () => inOneSnapshot(pool, foldLate),
    followTimeZones: () => inOneSnapshot(pool, followTimeZones),
  };
}

// As the migration has it: the year 1.
const neverMs = Date.parse("0001-01-01T00:00:00Z");

// Each is the first entry of an index.
async function readFirstDay(pool: pg.Pool): Promise<number | null> {
  const [row] = await query<{ first: Date | null }>(
    pool,
    `select least(
       (select min(bucket) from project_rollup), (select min(bucket) from usage_rollup),
       ${["generation.completed", "generation.failed", "build.completed", "build.failed"]
         .map((event) => `(select min(bucket) from platform_event_rollup where event = '${event}')`)
         .join(", ")}
     ) as first`,
  );
  return row?.first == null ? null : Math.floor(row.first.getTime() / dayMs) * dayMs;
}

/**
 * A writer that looked before the change is committed has a transaction id by then, for it wrote its rows first; so once all ids of
 * that moment have ended, every change of those days is either committed or noted.
 */
async function noteBefore(pool: pg.Pool, day: number): Promise<void> {
  await pool.query("update summary_progress set noted_before = $1 where noted_before < $1", [toInstant(day)]);
  const [row] = await query<{ next: string }>(pool, "select pg_snapshot_xmax(pg_current_snapshot())::text as next");
  for (let waitedMs = 0; waitedMs < drainTimeoutMs; waitedMs += drainPollMs) {
    const [state] = await query<{ done: boolean }>(
      pool,
      "select pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 as done",
      [row?.next],
    );
    if (state?.done === true) return;
    await sleep(drainPollMs);
  }
  throw new Error("a transaction has been writing for a minute: days can't be closed beside it");
}

// One at a time, on any number of replicas. The lock is taken before the snapshot, which begins with the first query, and stands in
// nobody's way who reads or moves noted_before.
async function inOneSnapshot<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient, closedBefore: number) => Promise<Result>,
): Promise<Result> {
  return inTransaction(pool, async (client) => {
    await client.query("set transaction isolation level repeatable read");
    await bePatient(client);
    await patientQuery(client, "lock table summary_progress in share update exclusive mode");
    const [row] = await patientQuery<{ closed_before: Date }>(client, "select closed_before from summary_progress");
    if (row === undefined) throw new Error("the row of summary_progress is gone");
    return work(client, row.closed_before.getTime());
  });
}

async function closeDay(client: pg.PoolClient, day: number, closedBefore: number): Promise<boolean> {
  if (closedBefore !== day) return false;
  const bounds = [toInstant(day), toInstant(day + dayMs)];
  const buckets = "bucket >= $1::timestamptz and bucket < $2::timestamptz";
  const days = "day = $1::timestamptz::date";
  // What was noted of the day so far is in the rollups of this snapshot.
  await patientQuery(client, `delete from late_app_change where ${buckets}`, bounds);
  await patientQuery(client, `delete from late_platform_change where ${days}`, bounds.slice(0, 1));
  await patientQuery(
    client,
    `insert into daily_summary (day, scope, scope_id, ${summaryColumns.join(", ")}) ${summaryRows({ buckets, days })}`,
    bounds,
  );
  await patientQuery(
    client,
    `insert into app_bucket_summary (bucket, events, sessions)
     select bucket, sum(events), sum(sessions) from project_rollup where ${buckets} group by bucket`,
    bounds,
  );
  for (const timezone of await readTimeZones(client)) {
    await countActives(client, periodsEndingIn(timezone, day, day + dayMs));
  }
  await client.query("update summary_progress set closed_before = $1", [bounds[1]]);
  return true;
}

async function foldLate(client: pg.PoolClient, closedBefore: number): Promise<Folded> {
  const platform = await foldPlatformChanges(client, closedBefore);
  const touched = await foldAppChanges(client, closedBefore);
  if (touched.days.length > 0) {
    await recountDays(client, touched.days);
    await recountActives(client, touched.days, closedBefore);
  }
  return { changes: platform + touched.changes };
}

async function foldPlatformChanges(client: pg.PoolClient, closedBefore: number): Promise<number> {
  const [row] = await patientQuery<{ changes: number }>(
    client,
    `with gone as (${taken("late_platform_change", "day < $1::timestamptz::date")}),
       added as (${addToSummaries(latePlatformColumns, sumUp(latePlatformColumns, scopesOf(latePlatformColumns, "gone")))})
     select count(*) as changes from gone`,
    [toInstant(closedBefore)],
  );
  return row?.changes ?? 0;
}

type TouchedDay = { projectKey: number; day: number };

async function foldAppChanges(
  client: pg.PoolClient,
  closedBefore: number,
): Promise<{ changes: number; days: TouchedDay[] }> {
  const columns = ["app_events", "app_sessions"];
  const rows = await patientQuery<{ project_key: number; day: string; changes: number }>(
    client,
    `with gone as (${taken("late_app_change", "bucket < $1::timestamptz")}),
       days as (
         select bucket::date as day, project_key, id, sum(events) as app_events, sum(sessions) as app_sessions, count(*) as changes
         from gone join project using (project_key) group by 1, 2, 3
       ),
       buckets as (
         insert into app_bucket_summary as summary (bucket, events, sessions)
         select bucket, sum(events), sum(sessions) from gone group by bucket
         on conflict (bucket) do update
           set events = summary.events + excluded.events, sessions = summary.sessions + excluded.sessions
       ),
       added as (${addToSummaries(
         columns,
         sumUp(
           columns,
           `select day, 'project' as scope, id as scope_id, app_events, app_sessions from days
            union all select day, 'platform', '', app_events, app_sessions from days`,
         ),
       )})
     select project_key, day, changes from days`,
    [toInstant(closedBefore)],
  );
  return {
    changes: rows.reduce((sum, { changes }) => sum + changes, 0),
    days: rows.map(({ project_key, day }) => ({ projectKey: project_key, day: Date.parse(`${day}T00:00:00Z`) })),
  };
}

/** A delete of so many rows, the first that are found, answering them. */
function taken(table: string, condition: string): string {
  return `delete from ${table}
    where ctid = any(array(select ctid from ${table} where ${condition} limit ${foldedAtOnce})) returning *`;
}

function sumUp(columns: readonly string[], rows: string): string {
  return `select day, scope, scope_id, ${columns.map((name) => `sum(${name})`).join(", ")}
    from (${rows}) as changes group by day, scope, scope_id`;
}

// The actives of days that got late events: of the project by actor_day's primary key, of the platform as their sum.
async function recountDays(client: pg.PoolClient, touched: readonly TouchedDay[]): Promise<void> {
  const days = touched.map(({ day }) => toInstant(day).slice(0, 10));
  await patientQuery(
    client,
    `update daily_summary set active_users = counted.active_users
     from (
       select touched.day, id, count(actor_id) as active_users
       from unnest($1::integer[], $2::date[]) as touched (project_key, day)
         join project using (project_key) left join actor_day using (project_key, day)
       group by 1, 2
     ) as counted
     where scope = 'project' and daily_summary.day = counted.day and scope_id = counted.id`,
    [touched.map(({ projectKey }) => projectKey), days],
  );
  await patientQuery(
    client,
    `update daily_summary set active_users = counted.active_users
     from (
       select day, sum(active_users) as active_users from daily_summary
       where scope = 'project' and day = any($1::date[]) group by day
     ) as counted
     where scope = 'platform' and daily_summary.day = counted.day`,
    [[...new Set(days)]],
  );
}
