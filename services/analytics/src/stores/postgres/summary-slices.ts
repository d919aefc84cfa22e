import type pg from "pg";
import { bucketMs, type TimeWindow, toInstant } from "../../types.js";
import { appSlice, within } from "./app-slices.js";
import type { Bindings } from "./slices.js";

export const dayMs = 24 * 60 * 60 * 1_000;

/** The midnight that all days before are summed up, for questions of this snapshot. The year 1 while none is. */
export async function readClosedBefore(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ closed_before: Date }>("select closed_before from summary_progress");
  return rows[0]?.closed_before.getTime() ?? Number.NEGATIVE_INFINITY;
}

/** Of a window the whole units that are summed up, and what lies before and behind them. */
export type ClosedParts = { closed: TimeWindow | undefined; rest: TimeWindow[] };

export function splitClosed({ from, to }: TimeWindow, closedBefore: number, unitMs: number): ClosedParts {
  const closed = {
    from: Math.ceil(from / unitMs) * unitMs,
    to: Math.min(Math.floor(to / unitMs) * unitMs, closedBefore),
  };
  if (from >= to || closed.from >= closed.to) return { closed: undefined, rest: [{ from, to }] };
  const rest = [
    { from, to: closed.from },
    { from: closed.to, to },
  ];
  return { closed, rest: rest.filter((part) => part.from < part.to) };
}

/**
 * As appSlice of all projects together: at, events, sessions. Closed days by app_bucket_summary's primary key, with what came late to
 * them (late_app_change is as small as an hour's late events).
 */
export function platformAppSlice(
  bindings: Bindings,
  window: TimeWindow,
  { closedBefore, corrected }: { closedBefore: number; corrected: readonly TimeWindow[] },
): string {
  const { closed, rest } = splitClosed(window, closedBefore, bucketMs);
  const parts = rest.map((part) => `select at, events, sessions from ${appSlice(bindings, part, corrected)} as rest`);
  if (closed !== undefined) {
    for (const table of ["app_bucket_summary", "late_app_change"]) {
      parts.push(`select bucket as at, events, sessions from ${table} where ${within(bindings, "bucket", closed)}`);
    }
  }
  return `(${parts.join("\n union all ")})`;
}

/** A condition that the column `day` lies in whole UTC days. */
export function withinDays(bindings: Bindings, { from, to }: TimeWindow): string {
  const date = (day: number): string => `${bindings.bind(toInstant(day).slice(0, 10))}::date`;
  return `day >= ${date(from)} and day < ${date(to)}`;
}
