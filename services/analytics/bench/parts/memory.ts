import { setTimeout as sleep } from "node:timers/promises";
import { createProjects, runLoad, startService } from "../environment.js";
import type { Part } from "../part.js";

const connections = 32;
const sampleMs = 500;
const settleMs = 30_000;
const batchesPerLoad = 3_000;

export const memory: Part = {
  title: "Memory of the service",
  async run(environment, settings, progress) {
    const service = await startService(environment);
    try {
      const started = await service.rssMb();
      const projects = await createProjects(service, 1_000);
      // What is loaded with the first requests is there, and what starting left behind is collected.
      await sleep(settleMs);
      const idle = await service.rssMb();
      let highest = 0;
      let sampling = true;
      const sampler = (async () => {
        while (sampling) {
          highest = Math.max(highest, await service.rssMb());
          await sleep(sampleMs);
        }
      })();
      const end = Date.now() + settings.seconds * 1_000;
      for (let round = 0; Date.now() < end; round += 1) {
        const kind = {
          of: "batches",
          path: "/api/events",
          seed: Date.now(),
          firstBatch: 0,
          batches: batchesPerLoad,
          end: Date.now(),
          projects,
        } as const;
        const load = await runLoad({ url: service.url, connections, kind });
        progress(
          `round ${round + 1}: ${Math.round((batchesPerLoad * 100) / load.seconds)} events/s, highest ${highest.toFixed(0)} MB`,
        );
      }
      await sleep(settleMs);
      sampling = false;
      await sampler;
      const after = await service.rssMb();
      return {
        rows: [
          row("RSS idle, its first requests answered", idle, 150),
          row(`RSS at saturation, highest of ${settings.seconds} s`, highest, 350),
          {
            measured: `RSS ${settleMs / 1_000} s after it`,
            figure: `${after.toFixed(0)} MB`,
            against: `${idle.toFixed(0)} MB idle`,
            ratio: (after / idle).toFixed(2),
            target: "≤ 1.2",
            met: after <= idle * 1.2,
          },
        ],
        notes: [
          `${started.toFixed(0)} MB as it became ready, before what starting left behind was collected`,
          `${connections} connections with batches of 100 events, between rounds the generator prepares its next bodies`,
        ],
      };
    } finally {
      await service.stop();
    }
  },
};

function row(measured: string, mb: number, most: number) {
  return { measured, figure: `${mb.toFixed(0)} MB`, against: "", ratio: "", target: `≤ ${most} MB`, met: mb <= most };
}
