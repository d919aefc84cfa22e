import type pg from "pg";
import { parseMoney } from "../../money.js";
import { type TimeWindow, toInstant } from "../../types.js";
import type { Activity, Overview, PlatformTotals, TopProject } from "../metrics-store.js";
import { eventSums, isSummedEvent, latePlatformColumns, summedEvents, summedUsage } from "./late-changes.js";
import { createBindings, platformEventSlice, usageSlice } from "./slices.js";
import { readClosedBefore } from "./summary-slices.js";

/** The numbers of the platform's dashboard; `client` is in a transaction that sees one snapshot. */
export async function readOverview(
  client: pg.PoolClient,
  windows: readonly TimeWindow[],
  topLimit: number,
): Promise<Overview> {
  const closedBefore = await readClosedBefore(client);
  const totals = await readTotals(client, closedBefore);
  const activities: Activity[] = [];
  for (const window of windows) activities.push(await readActivity(client, window));
  return { totals, activities, topProjects: await readTopProjects(client, topLimit, closedBefore) };
}

type TotalsRow = {
  projects: number;
  generations: string;
  generation_failures: string;
  builds: string;
  build_failures: string;
  tokens: string;
  cost: string;
};

// All time: a row a closed day (daily_summary's primary key), what came late to them, and of the rollups what is left, by
// usage_rollup_bucket and platform_event_rollup's primary key.
async function readTotals(client: pg.PoolClient, closedBefore: number): Promise<PlatformTotals> {
  const columns = latePlatformColumns.join(", ");
  const { rows } = await client.query<TotalsRow>(
    `select (select count(*) from project where deleted_at is null) as projects,
       coalesce(sum(generations), 0) as generations, coalesce(sum(generation_failures), 0) as generation_failures,
       coalesce(sum(builds), 0) as builds, coalesce(sum(build_failures), 0) as build_failures,
       coalesce(sum(input_tokens) + sum(output_tokens), 0) as tokens, coalesce(sum(input_cost) + sum(output_cost), 0) as cost
     from (
       select ${columns} from daily_summary where scope = 'platform'
       union all
       select ${columns} from late_platform_change where day < $1::timestamptz::date
       union all
       select ${summedUsage.join(", ")}, ${summedEvents.map(() => "0").join(", ")} from usage_rollup where bucket >= $1
       union all
       select ${summedUsage.map(() => "0").join(", ")}, ${eventSums("events")}
       from platform_event_rollup where ${isSummedEvent} and bucket >= $1
     ) as parts`,
    [toInstant(closedBefore)],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("an aggregate answers one row");
  return {
    projects: row.projects,
    generations: Number(row.generations),
    generationFailures: Number(row.generation_failures),
    builds: Number(row.builds),
    buildFailures: Number(row.build_failures),
    tokens: Number(row.tokens),
    cost: parseMoney(row.cost),
  };
}

// Indexes: see the slices.
async function readActivity(client: pg.PoolClient, window: TimeWindow): Promise<Activity> {
  const bindings = createBindings();
  const events = platformEventSlice(bindings, window, { event: ["generation.completed", "build.completed"] });
  const usage = usageSlice(bindings, window);
  const { rows } = await client.query<Record<keyof Activity, string>>(
    `select coalesce(generations, 0) as generations, coalesce(builds, 0) as builds, coalesce(tokens, 0) as tokens
     from (
       select sum(events) filter (where event = 'generation.completed') as generations,
         sum(events) filter (where event = 'build.completed') as builds
       from ${events} as slice
     ) as platform_events,
     (select sum(input_tokens) + sum(output_tokens) as tokens from ${usage} as slice) as usage`,
    bindings.values,
  );
  return {
    generations: Number(rows[0]?.generations ?? 0),
    builds: Number(rows[0]?.builds ?? 0),
    tokens: Number(rows[0]?.tokens ?? 0),
  };
}

// A row a closed day and project; else as the totals. Of the few that are left, platform_event_rollup_project and project's unique id.
async function readTopProjects(client: pg.PoolClient, limit: number, closedBefore: number): Promise<TopProject[]> {
  const { rows } = await client.query<{ id: string; name: string; generations: string; tokens: string }>(
    `with top as (
       select id, sum(tokens) as tokens
       from (
         select scope_id as id, requests, input_tokens + output_tokens as tokens from daily_summary where scope = 'project'
         union all
         select project_id, requests, input_tokens + output_tokens from late_platform_change
         where day < $2::timestamptz::date and project_id <> ''
         union all
         select project_id, requests, input_tokens + output_tokens from usage_rollup where bucket >= $2 and project_id <> ''
       ) as parts
       group by id
       having sum(requests) > 0
       order by tokens desc, id
       limit $1
     )
     select top.id, coalesce(project.name, top.id) as name, top.tokens,
       (select coalesce(sum(events), 0) from platform_event_rollup
        where platform_event_rollup.project_id = top.id and event = 'generation.completed') as generations
     from top left join project on project.id = top.id
     order by top.tokens desc, top.id`,
    [limit, toInstant(closedBefore)],
  );
  return rows.map(({ id, name, generations, tokens }) => ({
    id,
    name,
    generations: Number(generations),
    tokens: Number(tokens),
  }));
}
