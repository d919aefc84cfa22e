import type { TimeWindow } from "../../types.js";
import { appSlice, within } from "./app-slices.js";
import { eventSums, summedEvents } from "./late-changes.js";
import { type Bindings, platformEventSlice, usageSlice } from "./slices.js";
import { dayMs, splitClosed, withinDays } from "./summary-slices.js";

const eventColumns = summedEvents.map(({ column }) => column).join(", ");
const noEvents = summedEvents.map(() => "0").join(", ");
const spent = "requests, input_tokens + output_tokens, input_cost + output_cost";

/**
 * A subselect of everything that apps did and that was spent on them in a window: id (of the project), at, events, sessions, requests, tokens,
 * cost, generations, generation_failures, builds, build_failures. Closed days from daily_summary (by its primary key; of named projects by
 * daily_summary_scope_id) with what came late to them, the rest from the rollups: see the slices. `at` is the start of the day or bucket.
 */
export function fleetSlice(
  bindings: Bindings,
  window: TimeWindow,
  {
    closedBefore,
    corrected,
    projectIds,
  }: { closedBefore: number; corrected: readonly TimeWindow[]; projectIds?: readonly string[] | undefined },
): string {
  const { closed, rest } = splitClosed(window, closedBefore, dayMs);
  const named = (column: string): string =>
    projectIds === undefined ? `${column} <> ''` : `${column} = any(${bindings.bind(projectIds)}::text[])`;
  const keyed =
    projectIds === undefined
      ? "true"
      : `project_key = any(array(select project_key from project as named where ${named("named.id")}))`;
  const parts = rest.flatMap((part) => [
    `select id, at, events, sessions, 0, 0, 0, ${noEvents}
     from ${appSlice(bindings, part, corrected, keyed)} as app join project using (project_key)`,
    `select project_id, at, 0, 0, ${spent}, ${noEvents}
     from ${usageSlice(bindings, part, { projectId: projectIds })} as usage where project_id <> ''`,
    `select project_id, at, 0, 0, 0, 0, 0, ${eventSums("events")}
     from ${platformEventSlice(bindings, part, { event: summedEvents.map(({ event }) => event), projectId: projectIds })} as event
     where project_id <> ''`,
  ]);
  if (closed !== undefined) {
    parts.push(
      `select scope_id, day::timestamptz, app_events, app_sessions, ${spent}, ${eventColumns}
       from daily_summary where scope = 'project' and ${withinDays(bindings, closed)} and ${named("scope_id")}`,
      `select project_id, day::timestamptz, 0, 0, ${spent}, ${eventColumns}
       from late_platform_change where ${withinDays(bindings, closed)} and ${named("project_id")}`,
      `select id, bucket, events, sessions, 0, 0, 0, ${noEvents}
       from late_app_change join project using (project_key) where ${within(bindings, "bucket", closed)} and ${named("id")}`,
    );
  }
  return `(${[columns, ...parts].join("\n union all ")})`;
}

// The first select of a union names the columns and their types.
const columns = `select ''::text as id, now() as at, 0::bigint as events, 0::bigint as sessions, 0::bigint as requests, 0::bigint as tokens,
       0::numeric as cost, ${summedEvents.map(({ column }) => `0::bigint as ${column}`).join(", ")} where false`;
