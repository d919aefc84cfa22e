import type pg from "pg";
import { type TimeWindow, toInstant } from "../../types.js";
import type { AppMetricsStore } from "../app-metrics-store.js";
import { appSlice, type DayMask, dayMasks, eventsOfCut } from "./app-slices.js";
import { readCorrectedCuts } from "./corrected-days.js";
import { keptActives, keptIntervals } from "./kept-actives.js";
import { series, slotOf, windowOf } from "./series.js";
import { type Bindings, createBindings, splitWindow } from "./slices.js";
import { platformAppSlice, readClosedBefore } from "./summary-slices.js";
import { inSnapshot, query } from "./transaction.js";

export function createAppMetricsStore(pool: pg.Pool): AppMetricsStore {
  return {
    appEventsBy: (boundaries, projectId) => readSums(pool, boundaries, "events", projectId),
    appSessionsBy: (boundaries, projectId) => readSums(pool, boundaries, "sessions", projectId),
    activeUsersBy: (boundaries, projectId) =>
      projectId === undefined
        ? inSnapshot(pool, (client) => readPlatformActives(client, boundaries))
        : readProjectActives(pool, boundaries, projectId),

    // By project_rollup's primary key, a row a bucket.
    topScreens: (projectId, window, limit) =>
      query<{ name: string; views: number }>(
        pool,
        `select event_name.name, sum(event_rollup.events)::bigint as views
         from project join event_rollup using (project_key) join event_name using (name_key)
         where project.id = $1 and bucket >= $2 and bucket < $3 and event_name.type = 'screen_view' and event_name.name <> ''
         group by event_name.name order by views desc, event_name.name limit $4`,
        [projectId, toInstant(window.from), toInstant(window.to), limit],
      ),
  };
}

// Indexes: see the slices.
async function readSums(
  pool: pg.Pool,
  boundaries: readonly number[],
  column: "events" | "sessions",
  projectId: string | undefined,
): Promise<number[]> {
  const bindings = createBindings();
  const window = windowOf(boundaries);
  const sums = (slice: string): string =>
    `select ${slotOf(bindings, boundaries)} as slot, sum(${column}) as value from ${slice} as slice group by slot`;
  if (projectId !== undefined) {
    const corrected = await readCorrectedCuts(pool, window, { projectId });
    const statement = sums(appSlice(bindings, window, corrected, projectCondition(bindings, projectId)));
    return series(boundaries, await query<SlotValue>(pool, statement, bindings.values));
  }
  return inSnapshot(pool, async (client) => {
    const [closedBefore, corrected] = [await readClosedBefore(client), await readCorrectedCuts(client, window, {})];
    const statement = sums(platformAppSlice(bindings, window, { closedBefore, corrected }));
    return series(boundaries, (await client.query<SlotValue>(statement, bindings.values)).rows);
  });
}

type SlotValue = { slot: number; value: string };

async function readProjectActives(pool: pg.Pool, boundaries: readonly number[], projectId: string): Promise<number[]> {
  const bindings = createBindings();
  const corrected = await readCorrectedCuts(pool, windowOf(boundaries), { projectId });
  const statement = countActives(bindings, boundaries, { corrected, project: projectCondition(bindings, projectId) });
  return series(boundaries, await query<SlotValue>(pool, statement, bindings.values));
}

// Closed days, weeks and months of UTC are kept; what is left is counted from actor_day.
async function readPlatformActives(client: pg.PoolClient, boundaries: readonly number[]): Promise<number[]> {
  const bindings = createBindings();
  const kept = keptIntervals(boundaries, await readClosedBefore(client));
  const slots = new Set(kept.map(({ slot }) => slot));
  const corrected = await readCorrectedCuts(client, windowOf(boundaries), {});
  const parts = [
    ...(kept.length > 0 ? [keptActives(bindings, kept)] : []),
    ...(slots.size < boundaries.length - 1 ? [countActives(bindings, boundaries, { corrected, leftOut: slots })] : []),
  ];
  const { rows } = await client.query<SlotValue>(
    `select slot, sum(value) as value from (${parts.join("\n union all ")}) as actives group by slot`,
    bindings.values,
  );
  return series(boundaries, rows);
}

type CountedActives = { corrected: readonly TimeWindow[]; project?: string; leftOut?: ReadonlySet<number> };

// Each interval as the quarters of an hour of its UTC days: an actor was active in it where the two masks share a bit. Served
// by actor_day's primary key (project_key, day, actor_id), project by project.
function countActives(
  bindings: Bindings,
  boundaries: readonly number[],
  { corrected, project = "true", leftOut = new Set() }: CountedActives,
): string {
  const { whole, cut } = splitWindow(windowOf(boundaries));
  const parts = cut.map(
    (part) => `select ${slotOf(bindings, boundaries)} as slot, project_key, actor_id
      from ${eventsOfCut(bindings, part, corrected, project)} as event where actor_id is not null`,
  );
  const masks = whole === undefined ? [] : masksOf(boundaries, whole).filter(({ slot }) => !leftOut.has(slot));
  parts.push(`select mask.slot, project_key, actor_id
    from unnest(${bindings.bind(masks.map((mask) => mask.slot))}::integer[], ${bindings.bind(masks.map((mask) => mask.day))}::date[],
      ${bindings.bind(masks.map((mask) => mask.buckets))}::bit(96)[]) as mask (slot, day, buckets)
    cross join project join actor_day using (project_key, day)
    where actor_day.buckets & mask.buckets <> 0::bit(96) and ${project}`);
  return `select slot, count(*)::numeric as value
    from (select distinct slot, project_key, actor_id from (${parts.join("\n union all ")}) as seen) as active
    group by slot`;
}

type SlotMask = DayMask & { slot: number };

/** The whole buckets of each interval, day by day. */
function masksOf(boundaries: readonly number[], whole: TimeWindow): SlotMask[] {
  return boundaries.slice(1).flatMap((end, n) => {
    const interval = { from: Math.max(boundaries[n] ?? 0, whole.from), to: Math.min(end, whole.to) };
    return dayMasks(interval).map((mask) => ({ ...mask, slot: n + 1 }));
  });
}

function projectCondition(bindings: Bindings, projectId: string | undefined): string {
  return projectId === undefined
    ? "true"
    : `project_key = (select project_key from project as named where named.id = ${bindings.bind(projectId)})`;
}
