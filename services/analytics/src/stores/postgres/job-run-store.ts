import type pg from "pg";
import type { JobRunRow, JobRunStore } from "../job-run-store.js";

type Row = {
  job: string;
  window_start: Date;
  started_at: Date;
  finished_at: Date | null;
  outcome: unknown;
  error: string | null;
};

export function createJobRunStore(pool: pg.Pool): JobRunStore {
  return {
    // The primary key lets one caller in; the condition lets another one take over what failed or was abandoned.
    async claim(job, windowStart, at, abandonedBefore) {
      const { rowCount } = await pool.query(
        `insert into job_run (job, window_start, started_at) values ($1, $2, $3)
         on conflict (job, window_start) do update
           set started_at = excluded.started_at, finished_at = null, outcome = null, error = null
           where job_run.error is not null or (job_run.finished_at is null and job_run.started_at < $4)`,
        [job, windowStart, at, abandonedBefore],
      );
      return rowCount === 1;
    },

    async finish(job, windowStart, at, result) {
      const outcome = "outcome" in result ? JSON.stringify(result.outcome ?? null) : null;
      const error = "error" in result ? result.error : null;
      await pool.query(
        "update job_run set finished_at = $3, outcome = $4::jsonb, error = $5 where job = $1 and window_start = $2",
        [job, windowStart, at, outcome, error],
      );
    },

    // Ordered by the window over all jobs: a few rows a day, read as a whole.
    async list({ job, limit }) {
      const { rows } = await pool.query<Row>(
        `select job, window_start, started_at, finished_at, outcome, error from job_run
         where $1::text is null or job = $1 order by window_start desc, job limit $2`,
        [job, limit],
      );
      return rows.map(toRun);
    },
  };
}

function toRun(row: Row): JobRunRow {
  return {
    job: row.job,
    windowStart: row.window_start,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    outcome: row.outcome,
    error: row.error,
  };
}
