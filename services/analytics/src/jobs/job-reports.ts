import { type JobOverview, type JobRun, jobRunSchema, type Page, type PageQuery } from "@mobigen/analytics-contract";
import { readPage } from "../cursor.js";
import { invalidQuery, notFound } from "../errors.js";
import type { JobRunRow, JobRunStore } from "../stores/job-run-store.js";
import type { Clock } from "../types.js";
import { type Job, windowAt } from "./job.js";

export type JobReports = {
  /** Each job: when it runs, and how it went last. */
  overview(): Promise<JobOverview>;
  /** A job's runs, latest windows first. @throws ApiError not_found, invalid_query */
  runsOf(name: string, query: PageQuery): Promise<Page<JobRun>>;
};

export type JobReportsDeps = { jobs: readonly Job[]; runs: JobRunStore; clock: Clock; enabled: boolean };

/** What is known of the jobs and their runs, as the API shows it. */
export function createJobReports({ jobs, runs, clock, enabled }: JobReportsDeps): JobReports {
  async function describe({ name, cron, windows, catchUpWindows }: Job): Promise<JobOverview["jobs"][number]> {
    const [last] = await runs.listOf(name, { before: null, limit: 1 });
    const nextAt = windowAt(windows, clock()).end.toISOString();
    return { name, cron, catchUpWindows, nextAt, lastRun: last === undefined ? null : toJobRun(last) };
  }

  return {
    overview: async () => ({ enabled, jobs: await Promise.all(jobs.map(describe)) }),
    async runsOf(name, query) {
      const job = jobs.find((candidate) => candidate.name === name);
      if (job === undefined) throw notFound("job", name);
      return readPage(
        query,
        (after, limit) => runs.listOf(job.name, { before: positionOf(after), limit }),
        (run) => [run.windowStart.getTime(), run.attempt],
        toJobRun,
      );
    },
  };
}

function positionOf(after: [number, string | number] | null) {
  if (after === null) return null;
  const [windowStart, attempt] = after;
  if (typeof attempt !== "number") throw invalidQuery("cursor", "is not one that a list gave out");
  return { windowStart: new Date(windowStart), attempt };
}

function toJobRun({ windowStart, windowEnd, startedAt, finishedAt, leaseUntil: _, ...run }: JobRunRow): JobRun {
  // Parsed: an earlier version may have written its steps otherwise.
  return jobRunSchema.parse({
    ...run,
    windowStart: windowStart.toISOString(),
    windowEnd: windowEnd.toISOString(),
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
    durationMs: finishedAt === null ? null : finishedAt.getTime() - startedAt.getTime(),
  });
}
