import type pg from "pg";
import { parseMoney, zeroMoney } from "../../money.js";
import { type TimeWindow, toInstant } from "../../types.js";
import type { FleetCounts, FleetRow, FleetStore, Sparkline } from "../fleet-store.js";
import { activeSlice } from "./app-slices.js";
import { readCorrectedCuts } from "./corrected-days.js";
import { fleetSlice } from "./fleet-slices.js";
import { createBindings } from "./slices.js";
import { dayMs, readClosedBefore } from "./summary-slices.js";
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
  const closedBefore = await readClosedBefore(client);
  const counted = await readCounts(client, now, closedBefore);
  const countedBefore = await readCounts(client, before, closedBefore);
  const actors = await readActors(client, now, before);
  return rows.map((row): FleetRow => {
    const users = actors.get(row.project_key) ?? { now: 0, before: 0, both: 0 };
    return {
      id: row.id,
      name: row.name,
      ownerId: row.owner_id,
      createdAt: row.created_at,
      now: { ...(counted.get(row.id) ?? nothing), activeUsers: users.now },
      before: { ...(countedBefore.get(row.id) ?? nothing), activeUsers: users.before },
      retainedUsers: users.both,
    };
  });
}

type Counts = Omit<FleetCounts, "activeUsers">;

const nothing: Counts = {
  ...{ events: 0, sessions: 0, requests: 0, tokens: 0, cost: zeroMoney },
  ...{ generations: 0, generationFailures: 0, builds: 0, buildFailures: 0 },
};

type CountColumns = Record<
  | "id"
  | "events"
  | "sessions"
  | "requests"
  | "tokens"
  | "cost"
  | "generations"
  | "generation_failures"
  | "builds"
  | "build_failures",
  string
>;

// By the id of the project, registered or not. Sums of bigints are numeric and come as text. Indexes: see the slice.
async function readCounts(
  client: pg.PoolClient,
  window: TimeWindow,
  closedBefore: number,
): Promise<Map<string, Counts>> {
  const corrected = await readCorrectedCuts(client, window, {});
  const bindings = createBindings();
  const { rows } = await client.query<CountColumns>(
    `select id, sum(events) as events, sum(sessions) as sessions, sum(requests) as requests, sum(tokens) as tokens,
       sum(cost) as cost, sum(generations) as generations, sum(generation_failures) as generation_failures,
       sum(builds) as builds, sum(build_failures) as build_failures
     from ${fleetSlice(bindings, window, { closedBefore, corrected })} as slice group by id`,
    bindings.values,
  );
  return new Map(
    rows.map((row) => [
      row.id,
      {
        events: Number(row.events),
        sessions: Number(row.sessions),
        requests: Number(row.requests),
        tokens: Number(row.tokens),
        cost: parseMoney(row.cost),
        generations: Number(row.generations),
        generationFailures: Number(row.generation_failures),
        builds: Number(row.builds),
        buildFailures: Number(row.build_failures),
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
  const corrected = await readCorrectedCuts(client, now, {});
  const correctedBefore = await readCorrectedCuts(client, before, {});
  const bindings = createBindings();
  const { rows } = await client.query<ActorCounts & { project_key: number }>(
    `select project_key, count(*) filter (where is_now) as now, count(*) filter (where was_before) as before,
       count(*) filter (where is_now and was_before) as both
     from (
       select project_key, actor_id, bool_or(is_now) as is_now, bool_or(not is_now) as was_before
       from (
         select true as is_now, project_key, actor_id from ${activeSlice(bindings, now, corrected)} as now_active
         union all
         select false, project_key, actor_id from ${activeSlice(bindings, before, correctedBefore)} as before_active
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
  // Days of other time zones are no sums of UTC days.
  const isUtc = boundaries.slice(0, -1).every((boundary) => boundary % dayMs === 0);
  const closedBefore = isUtc ? await readClosedBefore(client) : Number.NEGATIVE_INFINITY;
  const corrected = await readCorrectedCuts(client, window, {});
  const bindings = createBindings();
  const slot = `width_bucket(at, ${bindings.bind(boundaries.map(toInstant))}::timestamptz[]) - 1`;
  const { rows } = await client.query<{ id: string; slot: number; events: string; cost: string }>(
    `select id, ${slot} as slot, sum(events) as events, sum(cost) as cost
     from ${fleetSlice(bindings, window, { closedBefore, corrected, projectIds })} as slice group by 1, 2`,
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
