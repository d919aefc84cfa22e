import { type ScheduledTask, schedule } from "node-cron";
import type { Logger } from "pino";
import type { JobRunStore } from "../stores/job-run-store.js";
import type { Clock } from "../types.js";
import type { Job, JobOutcome } from "./job.js";

// A run that is not finished after this long is taken for dead: its process was killed.
const abandonedAfterMs = 60 * 60 * 1_000;
// Timers may fire a moment early; the window that is about to end is meant then.
const earlyMs = 5_000;
const maxErrorLength = 2_000;

export type JobResult =
  | { kind: "done"; outcome: JobOutcome }
  | { kind: "failed"; error: string }
  /** Another replica runs or ran this window. */
  | { kind: "taken" };

export type Schedule = {
  jobs: readonly Job[];
  /** Catches up the last window of each job where it was missed, and then runs each on its time. */
  start(): void;
  /** Starts nothing more and waits for what runs. */
  stop(): Promise<void>;
  /** Runs the last window of a job now; `again` although it ran before. */
  runNow(job: Job, options?: { again?: boolean }): Promise<JobResult>;
};

export type ScheduleDeps = { jobs: readonly Job[]; runs: JobRunStore; clock: Clock; logger: Logger };

/** The jobs' timetable. Each window of each job runs once, on any number of replicas: whoever writes its row runs it. */
export function createSchedule({ jobs, runs, clock, logger }: ScheduleDeps): Schedule {
  const tasks: ScheduledTask[] = [];
  const running = new Set<Promise<unknown>>();

  async function runWindow(job: Job, now: Date, again: boolean): Promise<JobResult> {
    const window = job.windowBefore(now);
    const startedAt = clock();
    const abandonedBefore = again ? startedAt : new Date(startedAt.getTime() - abandonedAfterMs);
    const mayRun = (await runs.claim(job.name, window.start, startedAt, abandonedBefore)) || again;
    if (!mayRun) return { kind: "taken" };
    try {
      const outcome = await job.run({ window, now });
      const finishedAt = clock();
      await runs.finish(job.name, window.start, finishedAt, { outcome });
      // What it did stands in its row: too long for a line.
      logger.info({ job: job.name, window: window.start, ms: finishedAt.getTime() - startedAt.getTime() }, "job done");
      return { kind: "done", outcome };
    } catch (error) {
      const text = String(error instanceof Error ? error.message : error).slice(0, maxErrorLength);
      await runs.finish(job.name, window.start, clock(), { error: text });
      logger.error({ job: job.name, window: window.start, err: error }, "job failed");
      return { kind: "failed", error: text };
    }
  }

  /** A run of its own accord: nobody waits for its result, so that what goes wrong ends in the log. */
  function runUnattended(job: Job, now: Date): void {
    const run = runWindow(job, now, false).catch((error: unknown) => {
      logger.error({ job: job.name, err: error }, "job could not be claimed");
    });
    running.add(run);
    void run.finally(() => running.delete(run));
  }

  return {
    jobs,
    start() {
      for (const job of jobs) {
        const onTime = () => runUnattended(job, new Date(clock().getTime() + earlyMs));
        tasks.push(schedule(job.cron, onTime, { timezone: "UTC", name: job.name }));
        runUnattended(job, clock());
      }
    },
    async stop() {
      await Promise.all(tasks.map((task) => task.destroy()));
      await Promise.all(running);
    },
    runNow: (job, { again = false } = {}) => runWindow(job, clock(), again),
  };
}
