import { bucketMs, type TimeWindow, toInstant } from "../../types.js";
import { occurredIn } from "./corrected-days.js";
import { type Bindings, splitWindow } from "./slices.js";

/**
 * A subselect of what happened in the apps in `[from, to)`: at (timestamptz: a bucket's start, or a row's own time), project_key,
 * events, sessions (that began). `project` is a condition on project_key.
 *
 * Whole buckets: project_rollup's primary key for one project, else project_rollup_bucket. Cut ones: see eventsOfCut; their sessions
 * by session_started_at, project by project.
 */
export function appSlice(
  bindings: Bindings,
  window: TimeWindow,
  corrected: readonly TimeWindow[],
  project = "true",
): string {
  const { whole, cut } = splitWindow(window);
  const parts = cut.flatMap((part) => [
    `select at, project_key, 1::bigint as events, 0::bigint as sessions from ${eventsOfCut(bindings, part, corrected, project)} as event`,
    `select started_at, project_key, 0, 1 from project join session using (project_key)
      where ${within(bindings, "started_at", part)} and ${project}`,
  ]);
  if (whole !== undefined) {
    parts.push(`select bucket as at, project_key, events, sessions from project_rollup
      where ${within(bindings, "bucket", whole)} and ${project}`);
  }
  // An empty window still needs its columns, and what was bound for its project a use.
  if (parts.length === 0)
    parts.push(`select bucket as at, project_key, events, sessions from project_rollup where false and ${project}`);
  return `(${parts.join("\n union all ")})`;
}

/**
 * A subselect of who did something in `[from, to)`: project_key and actor_id, with repeats. Whole buckets by actor_day's primary key
 * (project_key, day, actor_id), project by project; cut ones: see eventsOfCut.
 */
export function activeSlice(
  bindings: Bindings,
  window: TimeWindow,
  corrected: readonly TimeWindow[],
  project = "true",
): string {
  const { whole, cut } = splitWindow(window);
  const parts = cut.map(
    (part) =>
      `select project_key, actor_id from ${eventsOfCut(bindings, part, corrected, project)} as event where actor_id is not null`,
  );
  if (whole !== undefined) {
    const masks = dayMasks(whole);
    parts.push(`select project_key, actor_id
      from unnest(${bindings.bind(masks.map((mask) => mask.day))}::date[], ${bindings.bind(masks.map((mask) => mask.buckets))}::bit(96)[])
        as mask (day, buckets)
      cross join project join actor_day using (project_key, day)
      where actor_day.buckets & mask.buckets <> 0::bit(96) and ${project}`);
  }
  if (parts.length === 0) parts.push(`select project_key, actor_id from actor_day where false and ${project}`);
  return `(${parts.join("\n union all ")})`;
}

/** The quarters of an hour of one UTC day: an actor was active in them where its own mask shares a bit. */
export type DayMask = { day: string; buckets: string };

const dayMs = 24 * 3_600_000;
const bucketsPerDay = dayMs / bucketMs;

/** Whole buckets, day by day: 96 digits, the first for the quarter of an hour after midnight UTC. */
export function dayMasks({ from, to }: TimeWindow): DayMask[] {
  const masks: DayMask[] = [];
  for (let day = Math.floor(from / dayMs) * dayMs; day < to; day += dayMs) {
    const first = Math.max(0, (from - day) / bucketMs);
    const end = Math.min(bucketsPerDay, (to - day) / bucketMs);
    if (first >= end) continue;
    const buckets = `${"0".repeat(first)}${"1".repeat(end - first)}${"0".repeat(bucketsPerDay - end)}`;
    masks.push({ day: toInstant(day).slice(0, 10), buckets });
  }
  return masks;
}

/**
 * A subselect of events by the time that they count by (`at`), of less than two buckets: the primary key's range of each project,
 * and, where a device's clock was corrected, app_event_corrected_at. `from project join …` makes the planner walk an index that
 * begins with the project once for each, for all projects too. `corrected`: readCorrectedCuts().
 */
export function eventsOfCut(
  bindings: Bindings,
  part: TimeWindow,
  corrected: readonly TimeWindow[],
  project: string,
): string {
  const branch = (at: string, more: string): string =>
    `select ${at} as at, project_key, actor_id from project join app_event using (project_key)
      where ${within(bindings, at, part)} and ${more} and ${project}`;
  const branches = [branch("occurred_at", "corrected_at is null")];
  if (corrected.length > 0) branches.push(branch("corrected_at", occurredIn(bindings, corrected)));
  return `(${branches.join("\n union all ")})`;
}

export function within(bindings: Bindings, column: string, { from, to }: TimeWindow): string {
  return `${column} >= ${bindings.bind(toInstant(from))}::timestamptz and ${column} < ${bindings.bind(toInstant(to))}::timestamptz`;
}
