import type { BudgetCrossing, BudgetRow, BudgetStanding, BudgetStore } from "../stores/budget-store.js";
import type { Clock } from "../types.js";
import { messagesOf } from "./messages.js";

// What one look reads of the rollups, and one transaction writes.
const budgetsPerLook = 200;
const alertsPerAnnouncement = 100;

export type BudgetAlertsDeps = { store: BudgetStore; clock: Clock; publicUrl: string };

export type BudgetAlerts = ReturnType<typeof createBudgetAlerts>;

/**
 * Tells of thresholds that spending has passed: each once for a budget and period. Of hard budgets the transaction that passes one
 * notes it; of soft ones, which no record waits for, the hourly job.
 */
export function createBudgetAlerts({ store, clock, publicUrl }: BudgetAlertsDeps) {
  /** Notes what these have passed, in the running period and in the one before: calls of its last minutes count too. */
  async function noteCrossings(budgets: readonly BudgetRow[]): Promise<number> {
    const at = clock();
    const running = await store.standingsOf(budgets, at);
    const before = await Promise.all(
      running
        .filter(({ countedFrom, window }) => countedFrom < window.from)
        .map((budget) => store.standingsOf([budget], new Date(budget.window.from - 1))),
    );
    const crossings = [...running, ...before.flat()].flatMap((standing) => crossingsOf(standing, at));
    return crossings.length === 0 ? 0 : store.noteCrossings(crossings);
  }

  return {
    noteCrossings,

    /** Looks at every budget. Answers how many it looked at, and how many thresholds were newly passed. */
    async lookAtAll(): Promise<{ budgets: number; crossed: number }> {
      let [seen, crossed, afterKey] = [0, 0, 0];
      for (;;) {
        const budgets = await store.listAll({ afterKey, limit: budgetsPerLook });
        if (budgets.length > 0) crossed += await noteCrossings(budgets);
        seen += budgets.length;
        if (budgets.length < budgetsPerLook) return { budgets: seen, crossed };
        afterKey = budgets.at(-1)?.budgetKey ?? afterKey;
      }
    },

    /** Hands alerts that were noted to the outbox. Answers how many. */
    async announce(): Promise<number> {
      let total = 0;
      for (;;) {
        const announced = await store.announce(clock(), alertsPerAnnouncement, (budget, alert) =>
          messagesOf(budget, alert, publicUrl),
        );
        total += announced;
        if (announced < alertsPerAnnouncement) return total;
      }
    },

    /** Drops reservations that expired. Answers how many. */
    dropExpired: () => store.dropExpired(clock()),
  };
}

function crossingsOf({ budgetKey, window, thresholds, limit, spent }: BudgetStanding, at: Date): BudgetCrossing[] {
  return thresholds
    .filter((percent) => spent.gte(limit.times(percent).times("0.01")))
    .map((threshold) => ({ budgetKey, window, threshold, spent, limit, at }));
}
