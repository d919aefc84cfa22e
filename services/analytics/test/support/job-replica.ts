import { setTimeout as sleep } from "node:timers/promises";
import { openDomain } from "../../src/app/domain.js";
import type { Job } from "../../src/jobs/job.js";
import { createSchedule } from "../../src/jobs/schedule.js";
import { testConfig } from "./app.js";
import { silentLogger } from "./silent-logger.js";

/**
 * A replica of the service as a process of its own, for tests that kill it: the real domain and its real jobs on the database of
 * DATABASE_URL, with a clock that starts at START and short leases. Each run first notes itself in `job_note`, and then takes HOLD_MS. It
 * begins when it is told to by a line on standard input, so that several can begin in the same moment.
 */
const env = (name: string) => process.env[name] ?? "";
const startedAt = Date.now();
const clock = () => new Date(Date.parse(env("START")) + Date.now() - startedAt);
const domain = await openDomain({
  config: testConfig({ DATABASE_URL: env("DATABASE_URL") }),
  logger: silentLogger,
  clock,
});

function slowly(job: Job): Job {
  return {
    ...job,
    async run(context) {
      const window = context.window.start;
      await domain.pool.query("insert into job_note (job, window_start, pid) values ($1, $2, $3)", [
        job.name,
        window,
        process.pid,
      ]);
      await sleep(Number(env("HOLD_MS")), undefined, { signal: context.signal });
      return job.run(context);
    },
  };
}

const schedule = createSchedule({
  jobs: domain.schedule.jobs.map(slowly),
  runs: domain.runs,
  runner: String(process.pid),
  clock,
  logger: silentLogger,
  // Long enough for a process that a busy machine keeps waiting.
  lease: { leaseMs: 6_000, renewMs: 500 },
  lookIntervalMs: 100,
});
process.once("SIGTERM", () => void schedule.stop().then(() => process.exit(0)));
process.stdin.once("data", () => schedule.start());
console.log("ready");
