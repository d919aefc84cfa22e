import type pg from "pg";
import { parseMoney, zeroMoney } from "../../money.js";
import { type TimeWindow, toInstant } from "../../types.js";
import type { FleetCounts, FleetRow, FleetStore, Sparkline } from "../fleet-store.js";
import { activeSlice, appSlice } from "./app-slices.js";
import { createBindings, platformEventSlice, usageSlice } from "./slices.js";
import { inSnapshot } from "./transaction.js";

export function createFleetStore(pool: pg.Pool): FleetStore {
  return {
    projects: (now, before) => inSnapshot(pool, (client) => readProjects(client, now, before)),
    sparklines: (projectIds, boundaries) =>
      inSnapshot(pool, (client) => readSparklines(client, projectIds, boundaries)),
  };
}

type ProjectColumns = { project_key: number; id: string; name: string; owner_id: string | null; created_at: Date };

async function readProjects(client: pg.PoolClient, now: TimeWindow, before: TimeWindow): Promise<FleetRow[]> {
  const { rows } = await client.query<ProjectColumns>(
    `select project_key, id, name, owner_id, created_at from project where deleted_at is null order by id collate "C"`,
  );
  const counted = { now: await readCounts(client, now), before: await readCounts(client, before) };
  const actors = await readActors(client, now, before);
  return rows.map((row): FleetRow => {
    const users = actors.get(row.project_key) ?? { now: 0, before: 0, both: 0 };
    return {
      id: row.id,
      name: row.name,
      ownerId: row.owner_id,
      createdAt: row.created_at,
      now: { ...countsOf(counted.now, row), activeUsers: users.now },
      before: { ...countsOf(counted.before, row), activeUsers: users.before },
      retainedUsers: users.both,
    };
  });
}

type AppCounts = Pick<FleetCounts, "events" | "sessions">;
type UsageCounts = Pick<FleetCounts, "requests" | "tokens" | "cost">;
type PlatformCounts = Pick<FleetCounts, "generations" | "generationFailures" | "builds" | "buildFailures">;
type Counted = { apps: Map<number, AppCounts>; usage: Map<string, UsageCounts>; platform: Map<string, PlatformCounts> };

const noApp: AppCounts = { events: 0, sessions: 0 };
const noUsage: UsageCounts = { requests: 0, tokens: 0, cost: zeroMoney };
const noPlatform: PlatformCounts = { generations: 0, generationFailures: 0, builds: 0, buildFailures: 0 };

function countsOf(
  { apps, usage, platform }: Counted,
  { project_key, id }: ProjectColumns,
): Omit<FleetCounts, "activeUsers"> {
  return {
    ...(apps.get(project_key) ?? noApp),
    ...(usage.get(id) ?? noUsage),
    ...(platform.get(id) ?? noPlatform),
  };
}

async function readCounts(client: pg.PoolClient, window: TimeWindow): Promise<Counted> {
  return {
    apps: await readApps(client, window),
    usage: await readUsage(client, window),
    platform: await readPlatform(client, window),
  };
}

// Sums of bigints are numeric and come as text. Indexes: see the slices, here and below.
async function readApps(client: pg.PoolClient, window: TimeWindow): Promise<Map<number, AppCounts>> {
  const bindings = createBindings();
  const { rows } = await client.query<{ project_key: number; events: string; sessions: string }>(
    `select project_key, sum(events) as events, sum(sessions) as sessions
     from ${appSlice(bindings, window)} as slice group by project_key`,
    bindings.values,
  );
  return new Map(
    rows.map(({ project_key, events, sessions }) => [
      project_key,
      { events: Number(events), sessions: Number(sessions) },
    ]),
  );
}

async function readUsage(client: pg.PoolClient, window: TimeWindow): Promise<Map<string, UsageCounts>> {
  const bindings = createBindings();
  const { rows } = await client.query<{ project_id: string; requests: string; tokens: string; cost: string }>(
    `select project_id, sum(requests) as requests, sum(input_tokens) + sum(output_tokens) as tokens,
       sum(input_cost) + sum(output_cost) as cost
     from ${usageSlice(bindings, window)} as slice group by project_id`,
    bindings.values,
  );
  return new Map(
    rows.map((row) => [
      row.project_id,
      { requests: Number(row.requests), tokens: Number(row.tokens), cost: parseMoney(row.cost) },
    ]),
  );
}

async function readPlatform(client: pg.PoolClient, window: TimeWindow): Promise<Map<string, PlatformCounts>> {
  const bindings = createBindings();
  const counted = ["generation.completed", "generation.failed", "build.completed", "build.failed"];
  const slice = platformEventSlice(bindings, window, { event: counted });
  const { rows } = await client.query<{ project_id: string; counts: Record<string, number> }>(
    `select project_id, jsonb_object_agg(event, events) as counts
     from (select project_id, event, sum(events) as events from ${slice} as slice group by project_id, event) as counted
     group by project_id`,
    bindings.values,
  );
  return new Map(
    rows.map(({ project_id, counts }) => [
      project_id,
      {
        generations: counts["generation.completed"] ?? 0,
        generationFailures: counts["generation.failed"] ?? 0,
        builds: counts["build.completed"] ?? 0,
        buildFailures: counts["build.failed"] ?? 0,
      },
    ]),
  );
}

type ActorCounts = { now: number; before: number; both: number };

async function readActors(
  client: pg.PoolClient,
  now: TimeWindow,
  before: TimeWindow,
): Promise<Map<number, ActorCounts>> {
  const bindings = createBindings();
  const { rows } = await client.query<ActorCounts & { project_key: number }>(
    `select project_key, count(*) filter (where is_now) as now, count(*) filter (where was_before) as before,
       count(*) filter (where is_now and was_before) as both
     from (
       select project_key, actor_id, bool_or(is_now) as is_now, bool_or(not is_now) as was_before
       from (
         select true as is_now, project_key, actor_id from ${activeSlice(bindings, now)} as now_active
         union all
         select false, project_key, actor_id from ${activeSlice(bindings, before)} as before_active
       ) as active
       group by project_key, actor_id
     ) as actors
     group by project_key`,
    bindings.values,
  );
  return new Map(rows.map(({ project_key, now, before, both }) => [project_key, { now, before, both }]));
}

async function readSparklines(
  client: pg.PoolClient,
  projectIds: readonly string[],
  boundaries: readonly number[],
): Promise<Map<string, Sparkline>> {
  const days = boundaries.length - 1;
  const lines = new Map(
    projectIds.map((id): [string, Sparkline] => [
      id,
      { events: new Array<number>(days).fill(0), cost: new Array(days).fill(zeroMoney) },
    ]),
  );
  const window = { from: boundaries[0] ?? 0, to: boundaries.at(-1) ?? 0 };
  const bindings = createBindings();
  const ids = `any(${bindings.bind(projectIds)}::text[])`;
  const slot = `width_bucket(at, ${bindings.bind(boundaries.map(toInstant))}::timestamptz[]) - 1`;
  // Of named projects the primary key's ranges, and usage_rollup_project.
  const apps = appSlice(
    bindings,
    window,
    `project_key = any(array(select project_key from project as named where named.id = ${ids}))`,
  );
  const usage = usageSlice(bindings, window, { projectId: projectIds });
  const { rows } = await client.query<{ id: string; slot: number; events: string; cost: string }>(
    `select id, slot, sum(events) as events, sum(cost) as cost
     from (
       select project.id, ${slot} as slot, events, 0::numeric as cost from ${apps} as app join project using (project_key)
       union all
       select project_id, ${slot}, 0, input_cost + output_cost from ${usage} as usage
     ) as parts
     group by id, slot`,
    bindings.values,
  );
  for (const { id, slot, events, cost } of rows) {
    const line = lines.get(id);
    if (line === undefined) continue;
    line.events[slot] = Number(events);
    line.cost[slot] = parseMoney(cost);
  }
  return lines;
}
