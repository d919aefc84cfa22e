import { type ScheduledTask, schedule as scheduleCron } from "node-cron";
import type { Logger } from "pino";
import type { JobRunStore } from "../stores/job-run-store.js";
import type { Clock } from "../types.js";
import { type DailyDeps, dailySteps } from "./daily.js";
import { catchUpSince, oldestDueWindow } from "./due-windows.js";
import { type HourlyDeps, hourlySteps } from "./hourly.js";
import { days, hours, type Job, type JobWindow, weeks, windowBefore } from "./job.js";
import { defaultLease, type JobResult, type Lease, runWindow } from "./run-window.js";
import { inSteps } from "./steps.js";
import { type WeeklyDeps, weeklySteps } from "./weekly.js";

// How soon somebody sees a lease that is over, a pause that has passed, a window that the clock's timer missed.
const defaultLookIntervalMs = 30_000;
// Timers may fire a moment early; the window that is about to end is meant then.
const earlyMs = 1_000;

export type JobParts = { hourly: HourlyDeps; daily: DailyDeps; weekly: WeeklyDeps };

/** The timetable. */
export function createJobs({ hourly, daily, weekly }: JobParts): readonly Job[] {
  return [
    { name: "hourly", cron: "0 * * * *", windows: hours, catchUpWindows: 24, run: inSteps(hourlySteps(hourly)) },
    { name: "daily", cron: "0 0 * * *", windows: days, catchUpWindows: 31, run: inSteps(dailySteps(daily)) },
    { name: "weekly", cron: "0 0 * * 0", windows: weeks, catchUpWindows: 4, run: inSteps(weeklySteps(weekly)) },
  ];
}

export type Schedule = {
  jobs: readonly Job[];
  /** Makes up for missed windows in their order, and then runs each job on its time; looks every half minute what is left to do. */
  start(): void;
  /** Starts nothing more; what runs is told to end and waited for, some seconds at most. */
  stop(): Promise<void>;
  /** Runs what is due now, oldest first; resolves when nothing is. Throws what the store throws. */
  runDue(): Promise<void>;
  /** Runs one window of a job now, the last one unless told another; `again` although it ran before. */
  runNow(job: Job, options?: { window?: JobWindow; again?: boolean }): Promise<JobResult>;
};

export type ScheduleDeps = {
  jobs: readonly Job[];
  runs: JobRunStore;
  /** Who runs them, as their rows say: host:pid. */
  runner: string;
  clock: Clock;
  logger: Logger;
  lease?: Lease;
  lookIntervalMs?: number;
};

/**
 * Runs each window of each job once, on any number of replicas: whoever writes its row runs it, one window of a job at a time,
 * oldest first. A window that failed is tried again, one whose process was killed is taken over once its lease is over.
 */
export function createSchedule({
  jobs,
  lease = defaultLease,
  lookIntervalMs = defaultLookIntervalMs,
  ...deps
}: ScheduleDeps): Schedule {
  const { runs, clock, logger } = deps;
  const stopping = new AbortController();
  const tasks: ScheduledTask[] = [];
  const running = new Map<string, Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  const run = (job: Job, due: Parameters<typeof runWindow>[2]) =>
    runWindow({ ...deps, lease, stopping: stopping.signal }, job, due);

  async function runDueWindows(job: Job): Promise<void> {
    // Each round leaves a window done or failed, or ends.
    while (!stopping.signal.aborted) {
      const now = new Date(clock().getTime() + earlyMs);
      const due = oldestDueWindow(job, await runs.history(job.name, catchUpSince(job, now)), now);
      if (due === null) return;
      const { kind } = await run(job, { ...due, byHand: false, again: false });
      // Another replica is at it: the next look sees what it left.
      if (kind === "taken" || kind === "interrupted") return;
    }
  }

  /** One look at a job at a time: a second one joins the first. */
  function look(job: Job): Promise<void> {
    const underWay = running.get(job.name);
    if (underWay !== undefined) return underWay;
    const work = runDueWindows(job).finally(() => running.delete(job.name));
    running.set(job.name, work);
    return work;
  }

  /** Nobody waits for its result, so that what goes wrong ends in the log. */
  function lookUnattended(job: Job): void {
    look(job).catch((error: unknown) => logger.warn({ job: job.name, err: error }, "job could not be looked after"));
  }

  return {
    jobs,
    start() {
      for (const job of jobs) {
        tasks.push(scheduleCron(job.cron, () => lookUnattended(job), { timezone: "UTC", name: job.name }));
        lookUnattended(job);
      }
      timer = setInterval(() => jobs.forEach(lookUnattended), lookIntervalMs);
    },
    async stop() {
      stopping.abort(new Error("the service stopped"));
      clearInterval(timer);
      await Promise.all(tasks.map((task) => task.destroy()));
      await Promise.allSettled(running.values());
    },
    async runDue() {
      await Promise.all(jobs.map(look));
    },
    async runNow(job, { window = windowBefore(job.windows, clock()), again = false } = {}) {
      const { attempts } = await runs.history(job.name, window.start);
      const last = attempts.find(({ windowStart }) => windowStart.getTime() === window.start.getTime());
      if (last?.status === "done" && !again) return { kind: "taken" };
      return run(job, { window, attempt: (last?.attempt ?? 0) + 1, byHand: true, again });
    },
  };
}
