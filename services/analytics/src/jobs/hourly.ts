import type { BudgetAlerts } from "../budgets/alerts.js";
import type { CounterHealer } from "../counter-healer.js";
import type { Delivery } from "../delivery/delivery.js";
import type { HourAggregates } from "../hour-aggregates.js";
import type { MetricsAggregator } from "../metrics-aggregator.js";
import type { CounterStore } from "../stores/counter-store.js";
import type { JobRunStore } from "../stores/job-run-store.js";
import type { Summaries } from "../summaries/summaries.js";
import { hours, type JobStep, windowBefore } from "./job.js";

const keepRunsMs = 400 * 24 * 3_600_000;

export type HourlyDeps = {
  counters: Pick<CounterStore, "rollOver" | "dropStrays">;
  healer: CounterHealer;
  aggregates: HourAggregates;
  metrics: MetricsAggregator;
  /** Of the calls that had no price, those that have one now. */
  priceUnpriced: () => Promise<void>;
  alerts: Pick<BudgetAlerts, "lookAtAll" | "dropExpired">;
  delivery: Pick<Delivery, "dropFinished">;
  runs: Pick<JobRunStore, "dropBefore">;
  summaries: Summaries;
};

/**
 * What an hour's end asks for, in this order: closes the hour, puts Redis right from the database, refreshes what is cached there, looks
 * at every budget, and tidies up.
 */
export function hourlySteps(deps: HourlyDeps): readonly JobStep[] {
  const { counters, healer, aggregates, metrics, priceUnpriced, alerts, delivery, runs, summaries } = deps;
  return [
    {
      name: "prices",
      async run() {
        await priceUnpriced();
        return {};
      },
    },
    {
      // With the hour's sums in the run's row: what was known when it ended.
      name: "close",
      run: async ({ window }) => ({ ...(await aggregates.sumUp(window.start)) }),
    },
    ofThePresent({
      name: "counters",
      async run({ now }) {
        const reset = await counters.rollOver(now);
        const outcome = healed(await healer.heal());
        return { reset, ...outcome, strays: await counters.dropStrays() };
      },
    }),
    ofThePresent({
      // What came late to days that are over.
      name: "summaries",
      run: ({ now, signal }) => summaries.bringUpToDate(now, signal),
    }),
    ofThePresent({
      name: "aggregates",
      run: async ({ now }) => ({ hours: (await aggregates.publish(now)).length }),
    }),
    ofThePresent({
      name: "dashboard",
      async run() {
        const { generatedAt } = await metrics.dashboard({ fresh: true });
        return { generatedAt };
      },
    }),
    ofThePresent({
      name: "budgets",
      run: async () => alerts.lookAtAll(),
    }),
    ofThePresent({
      name: "tidy",
      async run({ now }) {
        const [reservations, messages] = [await alerts.dropExpired(), await delivery.dropFinished()];
        return { reservations, messages, runs: await runs.dropBefore(new Date(now.getTime() - keepRunsMs)) };
      },
    }),
  ];
}

/** A step that mends what is shown now: of windows that are caught up, the last one does it for all. */
function ofThePresent(step: JobStep): JobStep {
  return {
    name: step.name,
    async run(context) {
      const isPresent = context.window.start.getTime() === windowBefore(hours, context.now).start.getTime();
      return isPresent ? step.run(context) : { leftTo: "the last hour" };
    },
  };
}

/** @throws where the database could not be read. Redis that is away is healed when it comes back, without this job. */
export function healed(outcome: Awaited<ReturnType<CounterHealer["heal"]>>) {
  if (outcome === "failed") throw new Error("the counters could not be read from the database");
  return { counters: outcome };
}
