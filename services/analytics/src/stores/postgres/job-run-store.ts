import type pg from "pg";
import type { JobRunRow, JobRunStatus, JobRunStore } from "../job-run-store.js";
import { inTransaction, query } from "./transaction.js";

type Row = {
  job: string;
  window_start: Date;
  window_end: Date;
  attempt: number;
  status: JobRunStatus;
  runner: string;
  by_hand: boolean;
  started_at: Date;
  finished_at: Date | null;
  lease_until: Date;
  steps: unknown;
  error: string | null;
};

const columns =
  "job, window_start, window_end, attempt, status, runner, by_hand, started_at, finished_at, lease_until, steps, error";

// Beside a hash of the job's name: no other lock of ours has two keys.
const claimLock = 5_263_472;

export function createJobRunStore(pool: pg.Pool): JobRunStore {
  return {
    // Replicas that claim a job at once stand in a row at the lock, so that each sees what the one before wrote. A renewal that
    // meets it waits for the row, or is waited for: whoever is second finds the lease renewed, or the run no longer running.
    async claim(run) {
      return inTransaction(pool, async (client) => {
        await client.query("select pg_advisory_xact_lock($1, hashtext($2))", [claimLock, run.job]);
        await client.query(
          `update job_run set status = 'abandoned', finished_at = lease_until, error = 'not heard of any more'
           where job = $1 and status = 'running' and lease_until <= $2`,
          [run.job, run.startedAt],
        );
        const { rowCount } = await client.query(
          `insert into job_run (job, window_start, window_end, attempt, status, runner, by_hand, started_at, lease_until)
           select $1, $2, $3, $4, 'running', $5, $6, $7, $8
           where not exists (select from job_run where job = $1 and status = 'running')
             and ($9 or not exists (select from job_run where job = $1 and window_start = $2 and status = 'done'))
           on conflict (job, window_start, attempt) do nothing`,
          [
            run.job,
            run.windowStart,
            run.windowEnd,
            run.attempt,
            run.runner,
            run.byHand,
            run.startedAt,
            run.leaseUntil,
            run.again ?? false,
          ],
        );
        return rowCount === 1;
      });
    },

    async renew({ job, windowStart, attempt }, leaseUntil) {
      const { rowCount } = await pool.query(
        `update job_run set lease_until = $4
         where job = $1 and window_start = $2 and attempt = $3 and status = 'running'`,
        [job, windowStart, attempt, leaseUntil],
      );
      return rowCount === 1;
    },

    async finish({ job, windowStart, attempt }, { status, finishedAt, steps, error }) {
      const { rowCount } = await pool.query(
        `update job_run set status = $4, finished_at = $5, steps = $6::jsonb, error = $7
         where job = $1 and window_start = $2 and attempt = $3 and status = 'running'`,
        [job, windowStart, attempt, status, finishedAt, JSON.stringify(steps), error],
      );
      return rowCount === 1;
    },

    // Some dozens at a time, of a table that is read as a whole.
    async dropBefore(windowStart) {
      const { rowCount } = await pool.query("delete from job_run where window_start < $1 and status <> 'running'", [
        windowStart,
      ]);
      return rowCount ?? 0;
    },

    // Both by the primary key; of a window there are a few attempts at most.
    async history(job, since) {
      const [first, attempts] = await Promise.all([
        query<{ window_start: Date | null }>(
          pool,
          "select min(window_start) as window_start from job_run where job = $1 and not by_hand",
          [job],
        ),
        query<Row>(
          pool,
          `select distinct on (window_start) ${columns} from job_run
           where job = $1 and window_start >= $2 order by window_start, attempt desc`,
          [job, since],
        ),
      ]);
      return { firstWindow: first[0]?.window_start ?? null, attempts: attempts.map(toRun) };
    },

    // By the primary key, backwards.
    async listOf(job, { before, limit }) {
      const rows = await query<Row>(
        pool,
        `select ${columns} from job_run
         where job = $1 and ($2::timestamptz is null or (window_start, attempt) < ($2, $3::integer))
         order by window_start desc, attempt desc limit $4`,
        [job, before?.windowStart ?? null, before?.attempt ?? null, limit],
      );
      return rows.map(toRun);
    },

    // Ordered by the window over all jobs: some rows a day, read as a whole.
    async list({ job, limit }) {
      const rows = await query<Row>(
        pool,
        `select ${columns} from job_run
         where $1::text is null or job = $1 order by window_start desc, job, attempt desc limit $2`,
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
    windowEnd: row.window_end,
    attempt: row.attempt,
    status: row.status,
    runner: row.runner,
    byHand: row.by_hand,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    leaseUntil: row.lease_until,
    steps: row.steps,
    error: row.error,
  };
}
