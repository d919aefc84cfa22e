import pg from "pg";
import { createProjects, type Environment, runLoad, startService } from "../environment.js";
import type { Part } from "../part.js";
import { median, milliseconds, perSecond } from "../report.js";

const connections = 32;
const saturatingBatches = 1_000;
const pacedSeconds = 10;
const commits = 500;

export const latency: Part = {
  title: "Acknowledgement at half of the saturated rate",
  async run(environment, settings, progress) {
    const service = await startService(environment);
    try {
      const projects = await createProjects(service, 1_000);
      const load = (seed: number, batches: number, ratePerSecond?: number) =>
        runLoad({
          url: service.url,
          connections,
          ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
          kind: { of: "batches", path: "/api/events", seed, firstBatch: 0, batches, end: Date.now(), projects },
        });
      const p50s: number[] = [];
      const p99s: number[] = [];
      const commitP50s: number[] = [];
      let half = 0;
      for (let round = 0; round < settings.rounds; round += 1) {
        const saturated = await load(Date.now(), saturatingBatches);
        half = saturatingBatches / saturated.seconds / 2;
        const commit = await commitLatency(environment);
        const paced = await load(Date.now(), Math.round(half * pacedSeconds), half);
        p50s.push(paced.p50);
        p99s.push(paced.p99);
        commitP50s.push(commit);
        progress(
          `round ${round + 1}: ${perSecond(half * 100)} events, p50 ${milliseconds(paced.p50)}, p99 ${milliseconds(paced.p99)}, commit ${milliseconds(commit)}`,
        );
      }
      const ratio = median(p99s.map((p99, n) => p99 / (commitP50s[n] ?? Number.NaN)));
      return {
        rows: [
          {
            measured: "from sending a batch of 100 to its reply, p50 / p99",
            figure: `${milliseconds(median(p50s))} / ${milliseconds(median(p99s))}`,
            against: `${milliseconds(median(commitP50s))} commit of one row, p50`,
            ratio: ratio.toFixed(1),
            target: "p99 ≤ 10 ×",
            met: ratio <= 10,
          },
        ],
        notes: [`paced at ${perSecond(half * 100)} events; a request's clock starts when it was due`],
      };
    } finally {
      await service.stop();
    }
  },
};

/** Median milliseconds of a single-row insert with its commit, on the same database. */
async function commitLatency(environment: Environment): Promise<number> {
  const client = new pg.Client(environment.databaseUrl);
  await client.connect();
  await client.query("create table if not exists bench_commit (n integer)");
  const times: number[] = [];
  for (let n = 0; n < commits; n += 1) {
    const start = performance.now();
    await client.query("insert into bench_commit values ($1)", [n]);
    times.push(performance.now() - start);
  }
  await client.query("drop table bench_commit");
  await client.end();
  return median(times);
}
