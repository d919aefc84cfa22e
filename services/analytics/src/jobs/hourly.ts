import type { CounterHealer } from "../counter-healer.js";
import type { MetricsAggregator } from "../metrics-aggregator.js";
import { hourBefore, type Job } from "./job.js";

export type HourlyDeps = { healer: CounterHealer; metrics: MetricsAggregator };

/** Repairs the counters from the database and refreshes the cached dashboard. */
export function createHourlyJob({ healer, metrics }: HourlyDeps): Job {
  return {
    name: "hourly",
    cron: "0 * * * *",
    windowBefore: hourBefore,
    async run() {
      const counters = await healer.heal();
      const { generatedAt } = await metrics.dashboard({ fresh: true });
      return { counters, dashboardGeneratedAt: generatedAt };
    },
  };
}
