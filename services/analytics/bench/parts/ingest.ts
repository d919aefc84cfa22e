import { cpuSeconds } from "../cpu-time.js";
import { createProjects, runLoad, startService } from "../environment.js";
import type { Part } from "../part.js";
import { median, perSecond } from "../report.js";
import { eventsPerBatch } from "../simulated-devices.js";
import { copyBound } from "./copy-bound.js";

const connections = 32;
const projectCount = 1_000;

export const ingest: Part = {
  title: "Ingest, batches of 100 events",
  async run(environment, settings, progress) {
    const service = await startService(environment);
    try {
      const projects = await createProjects(service, projectCount);
      const batches = Math.ceil(settings.events / eventsPerBatch);
      const rates: number[] = [];
      const bounds: number[] = [];
      const notes: string[] = [];
      for (let round = 0; round < settings.rounds; round += 1) {
        const seed = Date.now() + round;
        const bound = await copyBound(environment.databaseUrl, { seed, batches, projects: projectCount });
        const kind = {
          of: "batches",
          path: "/api/events",
          seed,
          firstBatch: 0,
          batches,
          end: Date.now(),
          projects,
        } as const;
        const used = await Promise.all([service.pid, environment.postgresPid].map(cpuSeconds));
        const load = await runLoad({ url: service.url, connections, kind });
        if (load.statuses["200"] !== batches)
          throw new Error(`not every batch was taken: ${JSON.stringify(load.statuses)}`);
        const rate = (batches * eventsPerBatch) / load.seconds;
        bounds.push(bound);
        rates.push(rate);
        progress(
          `round ${round + 1}: ${perSecond(rate)} acknowledged, ${perSecond(bound)} plain COPY, p99 ${load.p99.toFixed(0)} ms`,
        );
        const [node, postgres] = (await Promise.all([service.pid, environment.postgresPid].map(cpuSeconds))).map(
          (seconds, n) => ((seconds - (used[n] ?? 0)) / (batches * eventsPerBatch)) * 1_000_000,
        );
        progress(`  processor time an event: service ${node?.toFixed(1)} µs, PostgreSQL ${postgres?.toFixed(1)} µs`);
        if (round === 0) notes.push(`${Math.round(load.bytes / (batches * eventsPerBatch))} bytes of JSON an event`);
      }
      const ratio = median(rates.map((rate, n) => rate / (bounds[n] ?? Number.NaN)));
      return {
        rows: [
          {
            measured: "events acknowledged = committed, deduplicated, rolled up",
            figure: perSecond(median(rates)),
            against: `${perSecond(median(bounds))} plain COPY, two connections`,
            ratio: ratio.toFixed(2),
            target: "≥ 0.5",
            met: ratio >= 0.5,
          },
        ],
        notes: [
          `${batches * eventsPerBatch} events a round, ${projectCount} projects, ${connections} connections, the load generator on the same two cores`,
          ...notes,
        ],
      };
    } finally {
      await service.stop();
    }
  },
};
