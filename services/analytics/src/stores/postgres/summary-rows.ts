import { eventSums, isSummedEvent, latePlatformColumns, summedEvents, summedUsage } from "./late-changes.js";

const appColumns = ["app_events", "app_sessions", "active_users"] as const;

/** What daily_summary adds up, in the order of the selects below. */
export const summaryColumns = [...latePlatformColumns, ...appColumns];

/**
 * A select of what daily_summary should hold, counted from the rollups and actor_day: day, scope, scope_id and its columns. `buckets` and
 * `days` are conditions on the columns bucket and day. In UTC, as all sessions are.
 */
export function summaryRows({ buckets, days }: { buckets: string; days: string }): string {
  const noEvents = summedEvents.map(() => "0").join(", ");
  const noUsage = summedUsage.map(() => "0").join(", ");
  return `with spent as (
      select bucket::date as day, user_id, project_id, ${summedUsage.join(", ")}, ${summedEvents
        .map(({ column }) => `0::bigint as ${column}`)
        .join(", ")}
      from usage_rollup where ${buckets}
      union all
      select bucket::date, user_id, project_id, ${noUsage}, ${eventSums("events")}
      from platform_event_rollup where ${isSummedEvent} and ${buckets}
    ), app as (
      select bucket::date as day, project_key, events as app_events, sessions as app_sessions, 0::bigint as active_users
      from project_rollup where ${buckets}
      union all
      select day, project_key, 0, 0, 1 from actor_day where ${days}
    ), apps as (
      select day, id, sum(app_events) as app_events, sum(app_sessions) as app_sessions, sum(active_users) as active_users
      from (select day, project_key, sum(app_events) as app_events, sum(app_sessions) as app_sessions,
          sum(active_users) as active_users from app group by day, project_key) as by_key
        join project using (project_key)
      group by day, id
    )
    select day, scope, scope_id, ${summaryColumns.map((name) => `sum(${name}) as ${name}`).join(", ")}
    from (
      ${scopesOf(latePlatformColumns, "spent", `0 as ${appColumns.join(", 0 as ")}`)}
      union all
      select day, 'project', id, ${noUsage}, ${noEvents}, ${appColumns.join(", ")} from apps
      union all
      select day, 'platform', '', ${noUsage}, ${noEvents}, ${appColumns.join(", ")} from apps
    ) as parts
    group by day, scope, scope_id`;
}

/** Rows with a user and a project, '' for none, as rows of the three scopes that they count for. */
export function scopesOf(columns: readonly string[], from: string, beside?: string): string {
  const shown = [...columns, ...(beside === undefined ? [] : [beside])].join(", ");
  return `select day, 'project' as scope, project_id as scope_id, ${shown} from ${from} where project_id <> ''
    union all
    select day, 'user', user_id, ${shown} from ${from} where user_id <> ''
    union all
    select day, 'platform', '', ${shown} from ${from}`;
}

/** An insert into daily_summary of `rows` (day, scope, scope_id, columns), added to what is there. */
export function addToSummaries(columns: readonly string[], rows: string): string {
  return `insert into daily_summary as summary (day, scope, scope_id, ${columns.join(", ")})
    ${rows}
    on conflict (scope, day, scope_id) do update set
      ${columns.map((name) => `${name} = summary.${name} + excluded.${name}`).join(", ")}`;
}
