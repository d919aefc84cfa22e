import type pg from "pg";
import { bucketMs, bucketOf, type TimeWindow, toInstant } from "../../types.js";
import type { EventRow } from "../event-store.js";
import { prepared } from "./client.js";
import { type Bindings, splitWindow } from "./slices.js";

const dayMs = 24 * 3_600_000;

// More would be planned for longer than they save.
const maxRanges = 16;

/**
 * Notes in which days' partitions the rows lie whose clock was corrected, in the transaction that writes them. Before anything that
 * counts them, and in one order: writers wait for each other one way round only.
 */
export async function noteCorrectedDays(client: pg.PoolClient, rows: readonly EventRow[]): Promise<void> {
  const noted = new Map<string, { projectKey: number; bucket: number; day: number }>();
  for (const { projectKey, event } of rows) {
    if (event.correctedAt === null) continue;
    const [bucket, day] = [bucketOf(event.correctedAt), Math.floor(event.occurredAt / dayMs) * dayMs];
    noted.set(`${projectKey}/${bucket}/${day}`, { projectKey, bucket, day });
  }
  if (noted.size === 0) return;
  const all = [...noted.values()].sort((a, b) => a.projectKey - b.projectKey || a.bucket - b.bucket || a.day - b.day);
  await client.query(
    noteDays([
      all.map((row) => row.projectKey),
      all.map((row) => toInstant(row.bucket)),
      all.map((row) => toInstant(row.day).slice(0, 10)),
    ]),
  );
}

const noteDays = prepared(
  "note_corrected_days",
  `insert into corrected_day (project_key, bucket, day) select * from unnest($1::integer[], $2::timestamptz[], $3::date[])
   on conflict do nothing`,
);

/** A project by either of its names; every project without one. */
export type CorrectedOf = { projectKey?: number; projectId?: string | undefined };

/**
 * Ranges of occurred_at that hold every event whose corrected time lies in one of the windows; none where there is no such event.
 * Served by corrected_day's primary key, of all projects by corrected_day_bucket.
 */
export async function readCorrectedRanges(
  db: Pick<pg.Pool, "query"> | pg.PoolClient,
  windows: readonly TimeWindow[],
  { projectKey, projectId }: CorrectedOf,
): Promise<TimeWindow[]> {
  if (windows.length === 0) return [];
  const values: unknown[] = [
    windows.map(({ from }) => toInstant(bucketOf(from))),
    windows.map(({ to }) => toInstant(bucketOf(to + bucketMs - 1))),
  ];
  const conditions = ["bucket >= starts", "bucket < ends"];
  if (projectKey !== undefined) conditions.push(`project_key = $${values.push(projectKey)}`);
  if (projectId !== undefined)
    conditions.push(`project_key = (select project_key from project where id = $${values.push(projectId)})`);
  const { rows } = await db.query<{ day: number }>(
    `select distinct extract(epoch from day)::bigint as day
     from unnest($1::timestamptz[], $2::timestamptz[]) as part (starts, ends) join corrected_day on ${conditions.join(" and ")}
     order by day`,
    values,
  );
  return joined(rows.map(({ day }) => day * 1_000));
}

/** The same of the rows that a question about whole buckets and their rollups has to read beside these. */
export function readCorrectedCuts(
  db: Pick<pg.Pool, "query"> | pg.PoolClient,
  window: TimeWindow,
  of: CorrectedOf,
): Promise<TimeWindow[]> {
  return readCorrectedRanges(db, splitWindow(window).cut, of);
}

/** Days in their order, those that follow on one another as one; too many as the one range that they span. */
function joined(days: readonly number[]): TimeWindow[] {
  const ranges: TimeWindow[] = [];
  for (const day of days) {
    const last = ranges.at(-1);
    if (last?.to === day) last.to = day + dayMs;
    else ranges.push({ from: day, to: day + dayMs });
  }
  const [first, last] = [ranges[0], ranges.at(-1)];
  if (first === undefined || last === undefined || ranges.length <= maxRanges) return ranges;
  return [{ from: first.from, to: last.to }];
}

/** A condition on occurred_at, of constants, so that the planner passes over the other partitions. `ranges` are at least one. */
export function occurredIn(bindings: Bindings, ranges: readonly TimeWindow[]): string {
  const instant = (at: number): string => `${bindings.bind(toInstant(at))}::timestamptz`;
  const each = ranges.map(({ from, to }) => `occurred_at >= ${instant(from)} and occurred_at < ${instant(to)}`);
  return `(${each.join(" or ")})`;
}
