import type pg from "pg";
import { bucketMs, type TimeWindow, toInstant } from "../../types.js";
import type { AppMetricsStore } from "../app-metrics-store.js";
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
  if (parts.length === 0) return zeros(boundaries);
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
  if (parts.length === 0) return zeros(boundaries);
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

type Mask = { slot: number; day: string; buckets: string };

const dayMs = 24 * 3_600_000;
const bucketsPerDay = dayMs / bucketMs;

/** The whole buckets of each interval, day by day: 96 digits, the first for the quarter of an hour after midnight UTC. */
function masksOf(boundaries: readonly number[], whole: TimeWindow): Mask[] {
  const masks: Mask[] = [];
  for (let slot = 1; slot < boundaries.length; slot += 1) {
    const from = Math.max(boundaries[slot - 1] ?? 0, whole.from);
    const to = Math.min(boundaries[slot] ?? 0, whole.to);
    for (let day = Math.floor(from / dayMs) * dayMs; day < to; day += dayMs) {
      const first = Math.max(0, (from - day) / bucketMs);
      const end = Math.min(bucketsPerDay, (to - day) / bucketMs);
      if (first >= end) continue;
      const buckets = `${"0".repeat(first)}${"1".repeat(end - first)}${"0".repeat(bucketsPerDay - end)}`;
      masks.push({ slot, day: toInstant(day).slice(0, 10), buckets });
    }
  }
  return masks;
}

// A subselect of events by the time that they count by (`at`), of less than two buckets: the primary key's range of each project,
// and, where a device's clock was corrected, app_event_corrected_at.
function eventsOfCut(bindings: Bindings, part: TimeWindow, project: string): string {
  return `(select occurred_at as at, project_key, actor_id from project join app_event using (project_key)
      where ${within(bindings, "occurred_at", part)} and corrected_at is null and ${project}
    union all
    select corrected_at, project_key, actor_id from project join app_event using (project_key)
      where ${within(bindings, "corrected_at", part)} and ${project})`;
}

// `from project join …` makes the planner walk an index that begins with the project once for each, for all projects too.
function projectCondition(bindings: Bindings, projectId: string | undefined): string {
  return projectId === undefined
    ? "true"
    : `project_key = (select project_key from project as named where named.id = ${bindings.bind(projectId)})`;
}

function within(bindings: Bindings, column: string, { from, to }: TimeWindow): string {
  return `${column} >= ${bindings.bind(toInstant(from))}::timestamptz and ${column} < ${bindings.bind(toInstant(to))}::timestamptz`;
}

function slotOf(bindings: Bindings, boundaries: readonly number[]): string {
  return `width_bucket(at, ${bindings.bind(boundaries.map(toInstant))}::timestamptz[])`;
}

function series(boundaries: readonly number[], rows: readonly { slot: number; value: string | number }[]): number[] {
  const values = zeros(boundaries);
  // width_bucket numbers the intervals from 1.
  for (const { slot, value } of rows) values[slot - 1] = Number(value);
  return values;
}

function zeros(boundaries: readonly number[]): number[] {
  return new Array<number>(boundaries.length - 1).fill(0);
}

function windowOf(boundaries: readonly number[]): TimeWindow {
  const [from, to] = [boundaries[0], boundaries.at(-1)];
  if (from === undefined || to === undefined || boundaries.length < 2) throw new Error("a series needs two boundaries");
  return { from, to };
}
