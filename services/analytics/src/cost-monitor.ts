import type { CallCost, CostBreakdown } from "@mobigen/analytics-contract";
import { moneyToNumber, sumMoney } from "./money.js";
import { localDate, type ResolvedWindow, timeBoundaries } from "./periods.js";
import { projectionWindow, projectMonth } from "./projection.js";
import type { Receipt, UsageBreakdown, UsageStore, UsageSubject } from "./stores/usage-store.js";
import type { Clock } from "./types.js";

export const currency = "USD";

export type CostMonitorDeps = { usage: UsageStore; clock: Clock };

export type CostMonitor = {
  /**
   * What a user, or a project, cost in the window, exact to the reply's numbers; `projectedMonthly` is of the current month of
   * the window's time zone, whatever the window. Zeros when nothing is known.
   */
  costsOf(subject: UsageSubject, window: ResolvedWindow): Promise<CostBreakdown>;
};

type ProjectedCosts = Pick<CostBreakdown, "projectedMonthly" | "projection">;

export function createCostMonitor({ usage, clock }: CostMonitorDeps): CostMonitor {
  async function costsOf(subject: UsageSubject, window: ResolvedWindow): Promise<CostBreakdown> {
    const boundaries = timeBoundaries(window, "day");
    const [breakdown, projection] = await Promise.all([
      usage.usageOf(subject, window, boundaries),
      projectionOf(subject, window.tz),
    ]);
    return { ...toCosts(breakdown, boundaries, window), ...projection };
  }

  async function projectionOf(subject: UsageSubject, tz: string): Promise<ProjectedCosts> {
    const now = clock();
    const window: ResolvedWindow = { ...projectionWindow(now, tz), tz, order: "asc", label: "projection" };
    const boundaries = timeBoundaries(window, "day");
    const [firstUse, { byInterval }] = await Promise.all([
      usage.firstUseOf(subject),
      usage.usageOf(subject, window, boundaries),
    ]);
    const costByDate = new Map(
      byInterval.map((day) => [localDate(boundaries[day.index] ?? 0, tz), day.inputCost.plus(day.outputCost)]),
    );
    const { amount, range, method } = projectMonth(now, tz, { firstUse, costByDate });
    const low = range === null ? null : moneyToNumber(range.low);
    const high = range === null ? null : moneyToNumber(range.high);
    return { projectedMonthly: moneyToNumber(amount), projection: { low, high, method } };
  }

  return { costsOf };
}

/** What one call cost, as a reply tells it: nulls for a call without a price. */
export function toCallCost(receipt: Receipt | null): CallCost {
  if (receipt === null) {
    const unknown = { inputCost: null, outputCost: null, cacheCost: null, totalCost: null };
    return { ...unknown, currency, priced: false, estimated: false };
  }
  return {
    inputCost: moneyToNumber(receipt.inputCost),
    outputCost: moneyToNumber(receipt.outputCost),
    cacheCost: moneyToNumber(receipt.cacheCost),
    totalCost: moneyToNumber(receipt.inputCost.plus(receipt.outputCost)),
    currency,
    priced: true,
    estimated: receipt.estimated,
  };
}

function toCosts(
  { byModel, byInterval }: UsageBreakdown,
  boundaries: readonly number[],
  { tz, order }: ResolvedWindow,
): Omit<CostBreakdown, keyof ProjectedCosts> {
  const inputCost = sumMoney(byModel.map((model) => model.inputCost));
  const outputCost = sumMoney(byModel.map((model) => model.outputCost));
  const byDay = byInterval.map((day) => ({
    date: localDate(boundaries[day.index] ?? 0, tz),
    cost: moneyToNumber(day.inputCost.plus(day.outputCost)),
    tokens: day.inputTokens + day.outputTokens,
  }));
  return {
    totalCost: moneyToNumber(inputCost.plus(outputCost)),
    inputCost: moneyToNumber(inputCost),
    outputCost: moneyToNumber(outputCost),
    cacheCost: moneyToNumber(sumMoney(byModel.map((model) => model.cacheCost))),
    // fromEntries defines members, so that a model named __proto__ is one like any other.
    byModel: Object.fromEntries(
      byModel.map((model) => [
        model.model,
        {
          inputCost: moneyToNumber(model.inputCost),
          outputCost: moneyToNumber(model.outputCost),
          totalCost: moneyToNumber(model.inputCost.plus(model.outputCost)),
        },
      ]),
    ),
    byDay: order === "asc" ? byDay : byDay.reverse(),
    unpricedRequests: byModel.reduce((sum, model) => sum + model.unpricedRequests, 0),
    currency,
  };
}
