import type { Metric } from "@mobigen/analytics-contract";
import type { ReportNumbers, WeekTotal } from "../../src/reports/weekly-report.js";
import { reportWeeks } from "../../src/reports/weeks.js";

const at = new Date("2026-03-22T00:00:00Z");

type Totals = Partial<Record<Metric, [value: number | null, before: number | null]>>;

/** The numbers of a week in which nothing happened, but for what a test names. */
export function reportNumbers({
  totals = {},
  ...more
}: Partial<Omit<ReportNumbers, "totals">> & { totals?: Totals } = {}): ReportNumbers {
  return {
    subject: { scope: "platform" },
    timezone: "UTC",
    at,
    weeks: reportWeeks(at, "UTC"),
    totals: new Map(
      Object.entries(totals).map(([metric, [value, before]]): [Metric, WeekTotal] => [
        // Of the keys of Totals.
        metric as Metric,
        { value, before },
      ]),
    ),
    daily: new Map(),
    soFar: new Map(),
    models: [],
    projects: [],
    screens: [],
    month: { start: Date.UTC(2026, 2, 1), spent: 0, projected: 0, low: null, high: null, method: "none", lastMonth: 0 },
    unpricedRequests: 0,
    intake: null,
    ...more,
  };
}

/** A model or project of a top list. */
export function costShare(name: string, cost: number, costBefore = 0) {
  return { id: name, name, cost, costBefore, requestsBefore: costBefore === 0 ? 0 : 10, tokens: 1_000, requests: 10 };
}

/** Seven days that are alike, but for one. */
export function oddDay(others: number, odd: number, day = 3): number[] {
  return Array.from({ length: 7 }, (_, n) => (n === day ? odd : others));
}
