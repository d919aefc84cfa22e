import type pg from "pg";
import { parseMoney } from "../../money.js";
import type { TimeWindow } from "../../types.js";
import type { Activity, Overview, PlatformTotals, TopProject } from "../metrics-store.js";
import { createBindings, platformEventSlice, usageSlice } from "./slices.js";

/** The numbers of the platform's dashboard; `client` is in a transaction that sees one snapshot. */
export async function readOverview(
  client: pg.PoolClient,
  windows: readonly TimeWindow[],
  topLimit: number,
): Promise<Overview> {
  const totals = await readTotals(client);
  const activities: Activity[] = [];
  for (const window of windows) activities.push(await readActivity(client, window));
  return { totals, activities, topProjects: await readTopProjects(client, topLimit) };
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

// All time has no bound: one walk of each rollup, by platform_event_rollup's key and over usage_rollup as a whole.
async function readTotals(client: pg.PoolClient): Promise<PlatformTotals> {
  const { rows } = await client.query<TotalsRow>(
    `select
       (select count(*) from project where deleted_at is null) as projects,
       coalesce(generations, 0) as generations, coalesce(generation_failures, 0) as generation_failures,
       coalesce(builds, 0) as builds, coalesce(build_failures, 0) as build_failures,
       coalesce(tokens, 0) as tokens, coalesce(cost, 0) as cost
     from (
       select sum(events) filter (where event = 'generation.completed') as generations,
         sum(events) filter (where event = 'generation.failed') as generation_failures,
         sum(events) filter (where event = 'build.completed') as builds,
         sum(events) filter (where event = 'build.failed') as build_failures
       from platform_event_rollup
       where event in ('generation.completed', 'generation.failed', 'build.completed', 'build.failed')
     ) as platform_events,
     (
       select sum(input_tokens) + sum(output_tokens) as tokens, sum(input_cost) + sum(output_cost) as cost from usage_rollup
     ) as usage`,
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

// Indexes: usage_rollup as a whole; for the few that are left, platform_event_rollup_project and project's unique id.
async function readTopProjects(client: pg.PoolClient, limit: number): Promise<TopProject[]> {
  const { rows } = await client.query<{ id: string; name: string; generations: string; tokens: string }>(
    `with top as (
       select project_id as id, sum(input_tokens) + sum(output_tokens) as tokens
       from usage_rollup
       where project_id <> ''
       group by project_id
       order by tokens desc, project_id
       limit $1
     )
     select top.id, coalesce(project.name, top.id) as name, top.tokens,
       (select coalesce(sum(events), 0) from platform_event_rollup
        where platform_event_rollup.project_id = top.id and event = 'generation.completed') as generations
     from top left join project on project.id = top.id
     order by top.tokens desc, top.id`,
    [limit],
  );
  return rows.map(({ id, name, generations, tokens }) => ({
    id,
    name,
    generations: Number(generations),
    tokens: Number(tokens),
  }));
}
