import type pg from "pg";
import type { TimeWindow } from "../../types.js";
import type { AppMetricsStore } from "../app-metrics-store.js";
import { type DayMask, dayMasks, eventsOfCut, within } from "./app-slices.js";
import { series, slotOf, windowOf } from "./series.js";
import { type Bindings, createBindings, splitWindow } from "./slices.js";
import { query } from "./transaction.js";

export function createAppMetricsStore(pool: pg.Pool): AppMetricsStore {
  return {
    appEventsBy: (boundaries, projectId) => readEvents(pool, boundaries, projectId),
    appSessionsBy: (boundaries, projectId) => readSessions(pool, boundaries, projectId),
    activeUsersBy: (boundaries, projectId) => readActiveUsers(pool, boundaries, projectId),
  };
}

// Whole buckets: project_rollup's primary key for one project, else project_rollup_bucket. Cut ones: see eventsOfCut.
async function readEvents(pool: pg.Pool, boundaries: readonly number[], projectId?: string): Promise<number[]> {
  const bindings = createBindings();
  const { whole, cut } = splitWindow(windowOf(boundaries));
  const project = projectCondition(bindings, projectId);
  const parts = cut.map(
    (part) => `select at, 1::bigint as value from ${eventsOfCut(bindings, part, project)} as event`,
  );
  if (whole !== undefined) {
    parts.push(`select bucket as at, events as value from project_rollup
      where ${within(bindings, "bucket", whole)} and ${project}`);
  }
  return sumBySlot(pool, bindings, boundaries, parts);
}

// Cut buckets are read from session_started_at, project by project.
async function readSessions(pool: pg.Pool, boundaries: readonly number[], projectId?: string): Promise<number[]> {
  const bindings = createBindings();
  const { whole, cut } = splitWindow(windowOf(boundaries));
  const project = projectCondition(bindings, projectId);
  const parts = cut.map(
    (part) => `select started_at as at, 1::bigint as value from project join session using (project_key)
      where ${within(bindings, "started_at", part)} and ${project}`,
  );
  if (whole !== undefined) {
    parts.push(`select bucket as at, sessions as value from project_rollup
      where ${within(bindings, "bucket", whole)} and ${project}`);
  }
  return sumBySlot(pool, bindings, boundaries, parts);
}

async function sumBySlot(
  pool: pg.Pool,
  bindings: Bindings,
  boundaries: readonly number[],
  parts: readonly string[],
): Promise<number[]> {
  if (parts.length === 0) return series(boundaries, []);
  const rows = await query<{ slot: number; value: string }>(
    pool,
    `select ${slotOf(bindings, boundaries)} as slot, sum(value) as value
     from (${parts.join("\n union all ")}) as part group by slot`,
    bindings.values,
  );
  return series(boundaries, rows);
}

// Each interval as the quarters of an hour of its UTC days: an actor was active in it where the two masks share a bit. Served
// by actor_day's primary key (project_key, day, actor_id), project by project.
async function readActiveUsers(pool: pg.Pool, boundaries: readonly number[], projectId?: string): Promise<number[]> {
  const bindings = createBindings();
  const { whole, cut } = splitWindow(windowOf(boundaries));
  const project = projectCondition(bindings, projectId);
  const parts = cut.map(
    (part) => `select ${slotOf(bindings, boundaries)} as slot, project_key, actor_id
      from ${eventsOfCut(bindings, part, project)} as event where actor_id is not null`,
  );
  if (whole !== undefined) {
    const masks = masksOf(boundaries, whole);
    parts.push(`select mask.slot, project_key, actor_id
      from unnest(${bindings.bind(masks.map((mask) => mask.slot))}::integer[], ${bindings.bind(masks.map((mask) => mask.day))}::date[],
        ${bindings.bind(masks.map((mask) => mask.buckets))}::bit(96)[]) as mask (slot, day, buckets)
      cross join project join actor_day using (project_key, day)
      where actor_day.buckets & mask.buckets <> 0::bit(96) and ${project}`);
  }
  if (parts.length === 0) return series(boundaries, []);
  const rows = await query<{ slot: number; value: number }>(
    pool,
    // `union` drops repeats, within a part too.
    `select slot, count(*) as value
     from (${parts.join("\n union ")}${parts.length === 1 ? " union select null, null, null where false" : ""}) as active
     group by slot`,
    bindings.values,
  );
  return series(boundaries, rows);
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
