import { jobNames } from "@mobigen/analytics-contract";
import { Argument, type Command, InvalidArgumentError } from "commander";
import { type Job, windowAt } from "../jobs/job.js";
import type { JobResult } from "../jobs/run-window.js";
import type { JobRunRow } from "../stores/job-run-store.js";
import { CommandError } from "./failure.js";
import { printTable, runOnDomain } from "./run.js";
import { toCount } from "./to-count.js";

const defaultRuns = 20;

export function addJobCommands(program: Command): void {
  const jobs = program.command("jobs").description("The hourly, daily and weekly jobs");
  jobs
    .command("list")
    .description("The jobs' latest runs: when, how long, by whom, what came of it")
    .option("--job <name>", "of this job only")
    .option("--limit <n>", "how many", toCount, defaultRuns)
    .action(({ job = null, limit }) =>
      runOnDomain(async ({ runs }) => {
        printTable((await runs.list({ job, limit })).map(toRow), "No job has run yet.");
        return 0;
      }),
    );
  jobs
    .command("run")
    .description("Run a window of a job now: the last one, unless told which")
    .addArgument(new Argument("<job>").choices(jobNames))
    .option("--window <time>", "the window that holds this time, e.g. 2026-11-23 or 2026-11-23T14:00Z", toInstant)
    .option("--again", "although it ran before")
    .action((name: string, { window, again = false }: { window?: Date; again?: boolean }) =>
      runOnDomain(async ({ schedule }) => {
        const job = schedule.jobs.find((candidate) => candidate.name === name);
        if (job === undefined) throw new CommandError(`There is no job "${name}".`);
        const chosen = window === undefined ? {} : { window: endedWindow(job, window) };
        return report(await schedule.runNow(job, { ...chosen, again }));
      }),
    );
}

function report(result: JobResult): number {
  switch (result.kind) {
    case "done":
      console.log(JSON.stringify(result.steps, null, 2));
      return 0;
    case "failed":
      if (result.steps.length > 0) console.log(JSON.stringify(result.steps, null, 2));
      throw new CommandError(`The job failed: ${result.error}`);
    case "taken":
      console.log(
        "That window ran before (--again runs it once more), or the job is running just now: see `jobs list`.",
      );
      return 0;
    case "interrupted":
      throw new CommandError("The run was interrupted: another process took its window over.");
  }
}

function endedWindow(job: Job, at: Date) {
  const window = windowAt(job.windows, at);
  if (window.end <= new Date()) return window;
  throw new CommandError(
    `That window of the ${job.name} job ends at ${window.end.toISOString()}: it can run from then on.`,
  );
}

function toRow(run: JobRunRow) {
  return {
    job: run.job,
    window: run.windowStart.toISOString(),
    attempt: run.attempt,
    status: run.status,
    started: run.startedAt.toISOString(),
    ms: run.finishedAt === null ? null : run.finishedAt.getTime() - run.startedAt.getTime(),
    runner: run.runner,
    outcome: run.error ?? (run.status === "done" ? JSON.stringify(run.steps) : null),
  };
}

/** A date is its midnight in UTC, a time without a zone is UTC too. */
export function toInstant(text: string): Date {
  const zoned = /(Z|[+-]\d\d:\d\d)$/.test(text) || !text.includes("T") ? text : `${text}Z`;
  const at = new Date(zoned);
  if (/^\d{4}-\d\d-\d\d(T.*)?$/.test(text) && !Number.isNaN(at.getTime())) return at;
  throw new InvalidArgumentError("It must be a date or a time, as 2026-11-23 or 2026-11-23T14:00Z.");
}
