import type { JobHistory, JobRunRow } from "../stores/job-run-store.js";
import { type Job, type JobWindow, windowsBefore } from "./job.js";

/** With the delays below they span some five hours; then the window is left to a person. */
export const maxAttempts = 12;
const firstRetryMs = 60_000;
const maxRetryMs = 3_600_000;

export type DueWindow = { window: JobWindow; attempt: number };

/** Where a job's history is looked at from: the first window that may still be made up for. */
export function catchUpSince({ windows, catchUpWindows }: Pick<Job, "windows" | "catchUpWindows">, now: Date): Date {
  return windowsBefore(windows, now, catchUpWindows)[0]?.start ?? now;
}

/**
 * The oldest window that is to be run at `now`, or null: one that was missed since the schedule's first run, one that failed and
 * whose pause is over, or one whose runner was stopped or is not heard of any more. Before the first run there is one window: the last.
 */
export function oldestDueWindow(
  { windows, catchUpWindows }: Pick<Job, "windows" | "catchUpWindows">,
  { firstWindow, attempts }: JobHistory,
  now: Date,
): DueWindow | null {
  const latest = new Map(attempts.map((run) => [run.windowStart.getTime(), run]));
  const candidates = windowsBefore(windows, now, catchUpWindows);
  const begin = firstWindow ?? candidates.at(-1)?.start ?? now;
  for (const window of candidates) {
    if (window.start < begin) continue;
    const last = latest.get(window.start.getTime());
    if (last === undefined) return { window, attempt: 1 };
    if (isDueAgain(last, now)) return { window, attempt: last.attempt + 1 };
  }
  return null;
}

function isDueAgain({ status, attempt, leaseUntil, finishedAt }: JobRunRow, now: Date): boolean {
  switch (status) {
    case "done":
      return false;
    // A stop is nobody's fault, and says so in time: it is no reason to give up.
    case "stopped":
      return true;
    // So may a window be that brings down whoever runs it.
    case "abandoned":
      return attempt < maxAttempts;
    case "running":
      return attempt < maxAttempts && leaseUntil <= now;
    case "failed":
      return attempt < maxAttempts && (finishedAt ?? leaseUntil).getTime() + retryDelayMs(attempt) <= now.getTime();
  }
}

/** A minute after the first failure, twice as long after each further one, an hour at most. */
export function retryDelayMs(attempt: number): number {
  return Math.min(firstRetryMs * 2 ** (attempt - 1), maxRetryMs);
}
