import type { BudgetAlerts } from "../budgets/alerts.js";
import type { CounterHealer } from "../counter-healer.js";
import type { Delivery } from "../delivery/delivery.js";
import type { MetricsAggregator } from "../metrics-aggregator.js";
import { hourBefore, type Job } from "./job.js";

export type HourlyDeps = {
  healer: CounterHealer;
  metrics: MetricsAggregator;
  /** Of the calls that had no price, those that have one now. */
  priceUnpriced: () => Promise<void>;
  alerts: Pick<BudgetAlerts, "lookAtAll" | "dropExpired">;
  delivery: Pick<Delivery, "dropFinished">;
};

/** Repairs the counters from the database, refreshes the cached dashboard, and looks at every budget. */
export function createHourlyJob({ healer, metrics, priceUnpriced, alerts, delivery }: HourlyDeps): Job {
  return {
    name: "hourly",
    cron: "0 * * * *",
    windowBefore: hourBefore,
    async run() {
      const counters = await healer.heal();
      await priceUnpriced();
      const { generatedAt } = await metrics.dashboard({ fresh: true });
      const budgets = await alerts.lookAtAll();
      const dropped = { reservations: await alerts.dropExpired(), messages: await delivery.dropFinished() };
      return { counters, dashboardGeneratedAt: generatedAt, budgets, dropped };
    },
  };
}
