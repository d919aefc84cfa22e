import { describe, expect, it } from "vitest";
import type { JobRunRow, JobRunStatus } from "../stores/job-run-store.js";
import { catchUpSince, maxAttempts, oldestDueWindow, retryDelayMs } from "./due-windows.js";
import { hours } from "./job.js";

const hourMs = 3_600_000;
const now = new Date("2026-03-18T10:20:00Z");
const job = { windows: hours, catchUpWindows: 4 };

/** A run of the window that starts at this hour of the day, finished a minute ago. */
function run(hour: number, status: JobRunStatus, more: Partial<JobRunRow> = {}): JobRunRow {
  const windowStart = new Date(Date.UTC(2026, 2, 18, hour));
  const ago = new Date(now.getTime() - 60_000);
  return {
    ...{ job: "hourly", windowStart, windowEnd: new Date(windowStart.getTime() + hourMs), attempt: 1, status },
    ...{ runner: "a:1", byHand: false, startedAt: ago, finishedAt: ago, leaseUntil: ago, steps: [], error: null },
    ...more,
  };
}

/** "9/1": hour and attempt. */
function due(attempts: JobRunRow[], firstHour: number | null = 0, at = now): string | null {
  const firstWindow = firstHour === null ? null : new Date(Date.UTC(2026, 2, 18, firstHour));
  const found = oldestDueWindow(job, { firstWindow, attempts }, at);
  return found === null ? null : `${found.window.start.getUTCHours()}/${found.attempt}`;
}

describe("the oldest due window", () => {
  it("is the last one before the schedule's first run", () => {
    expect(due([], null)).toBe("9/1");
    // By hand, and so no beginning of anything.
    expect(due([run(7, "done", { byHand: true })], null)).toBe("9/1");
  });

  it("is the first that was missed since, so many windows back at most", () => {
    expect(due([run(7, "done")], 7)).toBe("8/1");
    expect(due([], 0)).toBe("6/1");
    expect(catchUpSince(job, now)).toEqual(new Date("2026-03-18T06:00:00Z"));
  });

  it("is none when all are done", () => {
    expect(due([6, 7, 8, 9].map((hour) => run(hour, "done")))).toBeNull();
  });

  it("is one in the middle that failed, once its pause is over", () => {
    const others = [6, 8, 9].map((hour) => run(hour, "done"));
    expect(due([...others, run(7, "failed")])).toBe("7/2");
    expect(due([...others, run(7, "failed", { attempt: 2 })])).toBeNull();
    expect(due([...others, run(7, "failed", { attempt: 2 })], 0, new Date(now.getTime() + 60_000))).toBe("7/3");
  });

  it("is one that nobody is at any more", () => {
    const done = [6, 7, 8].map((hour) => run(hour, "done"));
    const leaseUntil = new Date(now.getTime() + 1);
    expect(due([...done, run(9, "running", { leaseUntil })])).toBeNull();
    expect(due([...done, run(9, "running", { leaseUntil: now })])).toBe("9/2");
    expect(due([...done, run(9, "stopped", { attempt: 50 })])).toBe("9/51");
    expect(due([...done, run(9, "abandoned")])).toBe("9/2");
  });

  it.each(["failed", "abandoned", "running"] as const)("is none that was %s twelve times", (status) => {
    const done = [6, 7, 8].map((hour) => run(hour, "done"));
    const tomorrow = new Date(now.getTime() + 30 * 60_000);
    expect(due([...done, run(9, status, { attempt: maxAttempts })], 0, tomorrow)).toBeNull();
  });
});

it("pauses double from a minute to an hour", () => {
  expect([1, 2, 3, 6, 7, 11].map((attempt) => retryDelayMs(attempt) / 60_000)).toEqual([1, 2, 4, 32, 60, 60]);
});
