import { createProjects, runLoad, type Service, startService } from "../environment.js";
import type { Part } from "../part.js";
import { median, perSecond } from "../report.js";
import { eventsPerBatch } from "../simulated-devices.js";
import { storedDatabase } from "../stored-events.js";
import { storedPages } from "./dashboards.js";

const projectCount = 1_000;
const batchesOfRound = 1_500;

export const growth: Part = {
  title: "Ingestion with many events stored already",
  async run(environment, settings, progress) {
    const full = await storedDatabase(environment, storedPages(settings.storedEvents, settings), progress);
    const services = [await startService(environment), await startService(full.stores)];
    try {
      const rates = services.map((): number[] => []);
      const projects = [];
      for (const service of services) projects.push(await createProjects(service, projectCount));
      for (let round = 0; round < settings.rounds; round += 1) {
        for (const [n, service] of services.entries()) rates[n]?.push(await ingestRate(service, projects[n] ?? []));
        progress(`round ${round + 1}: ${rates.map((all) => perSecond(all.at(-1) ?? Number.NaN)).join(", then ")}`);
      }
      const [empty, stored] = rates.map(median) as [number, number];
      const millions = (settings.storedEvents / 1e6).toLocaleString("en");
      return {
        rows: [
          {
            measured: `events ingested with ${millions} million stored`,
            figure: perSecond(stored),
            against: `${perSecond(empty)} with none`,
            ratio: (stored / empty).toFixed(2),
            target: "≥ 0.9",
            met: stored >= 0.9 * empty,
          },
        ],
        notes: [
          `rounds of ${(batchesOfRound * eventsPerBatch).toLocaleString("en")} events of ${projectCount.toLocaleString("en")} other projects, both databases in turns`,
        ],
      };
    } finally {
      for (const service of services) await service.stop();
    }
  },
};

async function ingestRate(service: Service, projects: Awaited<ReturnType<typeof createProjects>>): Promise<number> {
  const kind = {
    ...({ of: "batches", path: "/api/events", firstBatch: 0 } as const),
    ...{ seed: Date.now(), batches: batchesOfRound, end: Date.now(), projects },
  };
  const load = await runLoad({ url: service.url, connections: 32, kind });
  return (batchesOfRound * eventsPerBatch) / load.seconds;
}
