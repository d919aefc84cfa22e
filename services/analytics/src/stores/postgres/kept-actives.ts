import { calendarPeriodAt } from "../../periods.js";
import { toInstant } from "../../types.js";
import { activeUnits } from "./active-summaries.js";
import type { Bindings } from "./slices.js";
import { dayMs } from "./summary-slices.js";

/** An interval of a series, numbered from 1, whose actives of all projects are kept in active_summary. */
export type KeptInterval = { slot: number; unit: string; from: number; to: number };

/** Of a series those that are a closed day, week or month of UTC. */
export function keptIntervals(boundaries: readonly number[], closedBefore: number): KeptInterval[] {
  return boundaries.slice(1).flatMap((to, n): KeptInterval[] => {
    const from = boundaries[n] ?? to;
    if (to > closedBefore || from % dayMs !== 0 || to % dayMs !== 0) return [];
    const unit = activeUnits.find((name) => {
      const period = calendarPeriodAt(from, "UTC", name);
      return period.from === from && period.to === to;
    });
    return unit === undefined ? [] : [{ slot: n + 1, unit, from, to }];
  });
}

/**
 * A select of slot and value (numeric) of kept intervals: active_summary's row of all projects, put right by the projects that late events
 * came for and that are not counted again yet. Those by actor_day's primary key.
 */
export function keptActives(bindings: Bindings, intervals: readonly KeptInterval[]): string {
  const date = (at: number): string => toInstant(at).slice(0, 10);
  const kept = `unnest(${bindings.bind(intervals.map(({ slot }) => slot))}::integer[], ${bindings.bind(intervals.map(({ unit }) => unit))}::text[],
    ${bindings.bind(intervals.map(({ from }) => date(from)))}::date[], ${bindings.bind(intervals.map(({ to }) => date(to)))}::date[])
    as kept (slot, unit, starts_on, ends_before)`;
  const stored = (projectKey: string): string => `(select active_users from active_summary as known
    where known.timezone = 'UTC' and known.unit = touched.unit and known.starts_on = touched.starts_on
      and known.project_key = ${projectKey})`;
  return `select slot, coalesce(${stored("0")}, 0)::numeric as value from (select * from ${kept}) as touched
    union all
    select slot, (select count(distinct actor_id) from actor_day
        where actor_day.project_key = touched.project_key and day >= starts_on and day < ends_before)
      - coalesce(${stored("touched.project_key")}, 0)
    from (
      select distinct slot, unit, starts_on, ends_before, project_key
      from ${kept} join late_app_change on bucket >= starts_on::timestamptz and bucket < ends_before::timestamptz
    ) as touched`;
}
