import { latePlatformColumns } from "./late-changes.js";
import { scopesOf, summaryColumns, summaryRows } from "./summary-rows.js";
import type { Check } from "./verify-check.js";

const closedBefore = "(select closed_before from summary_progress)";
const isClosed = { buckets: `bucket < ${closedBefore}`, days: `day < ${closedBefore}::date` };

/** What is summed up of closed days, with what came late to them, is what the rollups come to. */
export const summaryChecks: readonly Check[] = [dailySummary(), appBucketSummary(), activeSummary()];

function dailySummary(): Check {
  const noPlatform = latePlatformColumns.map(() => "0").join(", ");
  const late = `select bucket::date as day, project_key, sum(events) as events, sum(sessions) as sessions
    from late_app_change where ${isClosed.buckets} group by 1, 2`;
  return {
    name: "daily_summary",
    keys: ["day", "scope", "scope_id"],
    fields: summaryColumns,
    emptyIsZero: true,
    stored: `with late as (
        select day, id, events, sessions,
          (select count(*) from actor_day where actor_day.project_key = late.project_key and actor_day.day = late.day)
            - coalesce((select active_users from daily_summary as known
                where known.scope = 'project' and known.day = late.day and known.scope_id = id), 0) as active_users
        from (${late}) as late join project using (project_key)
      ), platform as (select * from late_platform_change where ${isClosed.days})
      select day, scope, scope_id, ${summaryColumns.map((name) => `sum(${name}) as ${name}`).join(", ")}
      from (
        select day, scope, scope_id, ${summaryColumns.join(", ")} from daily_summary
        union all
        ${scopesOf(latePlatformColumns, "platform", "0, 0, 0")}
        union all
        select day, 'project', id, ${noPlatform}, events, sessions, active_users from late
        union all
        select day, 'platform', '', ${noPlatform}, events, sessions, active_users from late
      ) as parts
      group by day, scope, scope_id`,
    recounted: summaryRows(isClosed),
  };
}

function appBucketSummary(): Check {
  return {
    name: "app_bucket_summary",
    keys: ["bucket"],
    fields: ["events", "sessions"],
    emptyIsZero: true,
    stored: `select bucket, sum(events) as events, sum(sessions) as sessions
      from (
        select bucket, events, sessions from app_bucket_summary
        union all
        select bucket, events, sessions from late_app_change where ${isClosed.buckets}
      ) as parts group by bucket`,
    recounted: `select bucket, sum(events) as events, sum(sessions) as sessions
      from project_rollup where ${isClosed.buckets} group by bucket`,
  };
}

// Bit by bit, by the calendar of each project and of UTC. Periods that late events wait for are left out: those rows are known to be behind.
function activeSummary(): Check {
  const start = "starts_on::timestamp at time zone timezone";
  const end = "(starts_on + ('1 ' || unit)::interval) at time zone timezone";
  const isBehind = `exists (select from late_app_change as late
    where (late.project_key = periods.project_key or periods.project_key = 0) and bucket >= ${start} and bucket < ${end})`;
  const settled = (rows: string): string => `select timezone, unit, starts_on, project_key, active_users
    from (${rows}) as periods where ${end} <= ${closedBefore} and not ${isBehind}`;
  return {
    name: "active_summary",
    keys: ["timezone", "unit", "starts_on", "project_key"],
    fields: ["active_users"],
    emptyIsZero: true,
    stored: settled("select timezone, unit, starts_on, project_key, active_users from active_summary"),
    recounted: settled(`
      with seen as (
        select distinct project_key, zone.timezone, actor_id,
          (day::timestamp at time zone 'UTC' + quarter * interval '15 minutes') at time zone zone.timezone as local
        from actor_day join project using (project_key)
          cross join lateral (select 'UTC' as timezone union select project.timezone) as zone
          cross join generate_series(0, 95) as quarter
        where get_bit(buckets, quarter) = 1
      ), counted as (
        select timezone, unit, date_trunc(unit, local)::date as starts_on, project_key, count(distinct actor_id) as active_users
        from seen cross join unnest(array['day', 'week', 'month']) as unit
        group by 1, 2, 3, 4
      )
      select * from counted
      union all
      select timezone, unit, starts_on, 0, sum(active_users) from counted where timezone = 'UTC' group by 1, 2, 3`),
  };
}
