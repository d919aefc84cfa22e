import { createProjects, runLoad, startEmptyRoute, startService } from "../environment.js";
import type { Part } from "../part.js";
import { median, perSecond } from "../report.js";

const connections = 64;
const requests = 20_000;

export const singles: Part = {
  title: "Ingest, single events over 64 connections",
  async run(environment, settings, progress) {
    const service = await startService(environment);
    const empty = await startEmptyRoute();
    try {
      const projects = await createProjects(service, 100);
      const rates: number[] = [];
      const bounds: number[] = [];
      for (let round = 0; round < settings.rounds; round += 1) {
        const kind = {
          of: "singles",
          path: "/api/events/single",
          events: requests,
          end: Date.now(),
          projects,
        } as const;
        const bound = await runLoad({ url: empty.url, connections, kind: { ...kind, seed: Date.now() } });
        const load = await runLoad({ url: service.url, connections, kind: { ...kind, seed: Date.now() } });
        if (load.statuses["200"] !== requests)
          throw new Error(`not every event was taken: ${JSON.stringify(load.statuses)}`);
        bounds.push(requests / bound.seconds);
        rates.push(requests / load.seconds);
        progress(`round ${round + 1}: ${perSecond(rates.at(-1) ?? 0)}, empty route ${perSecond(bounds.at(-1) ?? 0)}`);
      }
      const ratio = median(rates.map((rate, n) => rate / (bounds[n] ?? Number.NaN)));
      return {
        rows: [
          {
            measured: "requests acknowledged",
            figure: perSecond(median(rates)),
            against: `${perSecond(median(bounds))} Express route that parses and stores nothing`,
            ratio: ratio.toFixed(2),
            target: "≥ 0.5",
            met: ratio >= 0.5,
          },
        ],
        notes: [`${requests} requests a round, ${connections} connections`],
      };
    } finally {
      await empty.stop();
      await service.stop();
    }
  },
};
