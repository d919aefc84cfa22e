import type { BudgetAlerts } from "../budgets/alerts.js";
import type { CounterHealer } from "../counter-healer.js";
import type { Delivery } from "../delivery/delivery.js";
import type { MetricsAggregator } from "../metrics-aggregator.js";
import type { JobStep } from "./job.js";

export type HourlyDeps = {
  healer: CounterHealer;
  metrics: MetricsAggregator;
  /** Of the calls that had no price, those that have one now. */
  priceUnpriced: () => Promise<void>;
  alerts: Pick<BudgetAlerts, "lookAtAll" | "dropExpired">;
  delivery: Pick<Delivery, "dropFinished">;
};

/** Repairs the counters from the database, refreshes the cached dashboard, looks at every budget, and tidies up. */
export function hourlySteps({ healer, metrics, priceUnpriced, alerts, delivery }: HourlyDeps): readonly JobStep[] {
  return [
    {
      name: "counters",
      run: async () => healed(await healer.heal()),
    },
    {
      name: "prices",
      async run() {
        await priceUnpriced();
        return {};
      },
    },
    {
      name: "dashboard",
      async run() {
        const { generatedAt } = await metrics.dashboard({ fresh: true });
        return { generatedAt };
      },
    },
    {
      name: "budgets",
      run: async () => alerts.lookAtAll(),
    },
    {
      name: "tidy",
      run: async () => ({ reservations: await alerts.dropExpired(), messages: await delivery.dropFinished() }),
    },
  ];
}

/** @throws where the database could not be read. Redis that is away is healed when it comes back, without this job. */
export function healed(outcome: Awaited<ReturnType<CounterHealer["heal"]>>) {
  if (outcome === "failed") throw new Error("the counters could not be read from the database");
  return { counters: outcome };
}
