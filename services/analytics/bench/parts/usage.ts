import { adminToken, runLoad, startEmptyRoute, startService } from "../environment.js";
import type { Part } from "../part.js";
import { median, perSecond } from "../report.js";

const connections = 64;
const records = 20_000;

export const usage: Part = {
  title: "Usage records, one a request, over 64 connections",
  async run(environment, settings, progress) {
    const service = await startService(environment);
    const empty = await startEmptyRoute();
    try {
      const rates: number[] = [];
      const bounds: number[] = [];
      for (let round = 0; round < settings.rounds; round += 1) {
        const kind = { of: "usage", path: "/usage/api", records, token: adminToken } as const;
        const bound = await runLoad({ url: empty.url, connections, kind: { ...kind, seed: Date.now() } });
        const load = await runLoad({ url: service.url, connections, kind: { ...kind, seed: Date.now() } });
        if (load.statuses["201"] !== records)
          throw new Error(`not every record was taken: ${JSON.stringify(load.statuses)}`);
        bounds.push(records / bound.seconds);
        rates.push(records / load.seconds);
        progress(`round ${round + 1}: ${perSecond(rates.at(-1) ?? 0)}, empty route ${perSecond(bounds.at(-1) ?? 0)}`);
      }
      const ratio = median(rates.map((rate, n) => rate / (bounds[n] ?? Number.NaN)));
      return {
        rows: [
          {
            measured: "records acknowledged: priced, committed, rolled up",
            figure: perSecond(median(rates)),
            against: `${perSecond(median(bounds))} Express route that parses and stores nothing`,
            ratio: ratio.toFixed(2),
            target: "≥ 0.4",
            met: ratio >= 0.4,
          },
        ],
        notes: [`${records} records a round, 500 users, 1,000 projects, ${connections} connections`],
      };
    } finally {
      await empty.stop();
      await service.stop();
    }
  },
};
