import { createProjects, runLoad, startService } from "../environment.js";
import type { Part } from "../part.js";
import { median, milliseconds } from "../report.js";

const batches = 300;

export const retries: Part = {
  title: "Retries: a batch of which all 100 events are stored already",
  async run(environment, settings, progress) {
    const service = await startService(environment);
    try {
      const projects = await createProjects(service, 100);
      const fresh: number[] = [];
      const repeated: number[] = [];
      for (let round = 0; round < settings.rounds; round += 1) {
        const kind = {
          of: "batches",
          path: "/api/events",
          seed: Date.now(),
          firstBatch: 0,
          batches,
          end: Date.now(),
          projects,
        } as const;
        // One connection: the time of a batch alone, not of a queue.
        const first = await runLoad({ url: service.url, connections: 1, kind });
        const again = await runLoad({ url: service.url, connections: 1, kind });
        fresh.push((first.seconds / batches) * 1_000);
        repeated.push((again.seconds / batches) * 1_000);
        progress(
          `round ${round + 1}: fresh ${milliseconds(fresh.at(-1) ?? 0)}, repeated ${milliseconds(repeated.at(-1) ?? 0)}`,
        );
      }
      const ratio = median(repeated.map((time, n) => time / (fresh[n] ?? Number.NaN)));
      return {
        rows: [
          {
            measured: "a batch of 100 duplicates",
            figure: milliseconds(median(repeated)),
            against: `${milliseconds(median(fresh))} a fresh batch`,
            ratio: ratio.toFixed(2),
            target: "≤ 2",
            met: ratio <= 2,
          },
        ],
        notes: [`${batches} batches a round, one connection`],
      };
    } finally {
      await service.stop();
    }
  },
};
