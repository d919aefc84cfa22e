import { describe, expect, it } from "vitest";
import { costShare, oddDay, reportNumbers } from "../../test/support/report-numbers.js";
import { findHighlights } from "./highlights.js";
import type { ReportNumbers } from "./weekly-report.js";

const daily = (metric: "cost" | "app_events", days: number[]) => ({
  daily: new Map([[metric, { days, before: days }]]) as ReportNumbers["daily"],
});
const month = { start: Date.UTC(2026, 2, 1), spent: 10, low: null, high: null, method: "weekday-mean" } as const;
const models = [costShare("new-model", 10)];
const projects = [costShare("Shop", 50, 50), costShare("Chat", 30, 30), costShare("Game", 20, 20)];

type Case = [rule: string, at: ReportNumbers, below: ReportNumbers, sentence: string];

const cases: Case[] = [
  [
    "a cost that changed by 30% and a dollar",
    reportNumbers({ totals: { cost: [13, 10] } }),
    reportNumbers({ totals: { cost: [12.9, 10] } }),
    "LLM cost rose from $10.00 to $13.00 (+30.0%).",
  ],
  [
    "a cost that changed much, but by a dollar at least",
    reportNumbers({ totals: { cost: [1, 2] } }),
    reportNumbers({ totals: { cost: [0.5, 1.4] } }),
    "LLM cost fell from $2.00 to $1.00 (−50.0%).",
  ],
  [
    "a day that cost 2.5 times the median of the others",
    reportNumbers(daily("cost", oddDay(2, 5))),
    reportNumbers(daily("cost", oddDay(2, 4.9))),
    "Thursday cost $5.00: 2.5 times the median of the other days.",
  ],
  [
    "a day that cost a dollar where others cost nothing",
    reportNumbers(daily("cost", oddDay(0, 1, 6))),
    reportNumbers(daily("cost", oddDay(0, 0.99, 6))),
    "Sunday cost $1.00: most other days cost nothing.",
  ],
  [
    "a success rate that fell by five points",
    reportNumbers({ totals: { generations: [90, 95], generation_failures: [10, 5] } }),
    reportNumbers({ totals: { generations: [91, 95], generation_failures: [9, 5] } }),
    "Generations fail more often: 90.0% were completed, after 95.0% the week before.",
  ],
  [
    "a success rate of twenty that ended in both weeks",
    reportNumbers({ totals: { builds: [20, 10], build_failures: [0, 10] } }),
    reportNumbers({ totals: { builds: [20, 10], build_failures: [0, 9] } }),
    "Builds succeed more often: 100.0% were completed, after 50.0% the week before.",
  ],
  [
    "a tenth of the cost that went into failures",
    reportNumbers({ totals: { cost: [10, 10], wasted_cost: [1, 1] } }),
    reportNumbers({ totals: { cost: [10.1, 10], wasted_cost: [1, 1] } }),
    "$1.00, 10.0% of LLM cost, went into what failed.",
  ],
  [
    "a model that is new and took a tenth of the cost",
    reportNumbers({ models, totals: { cost: [100, 100], requests: [20, 20] } }),
    reportNumbers({ models, totals: { cost: [101, 100], requests: [20, 20] } }),
    "new-model is new, and took 10.0% of LLM cost.",
  ],
  [
    "a project that took half of the cost among three",
    reportNumbers({ projects, totals: { cost: [100, 100] } }),
    reportNumbers({ projects: projects.slice(0, 2), totals: { cost: [100, 100] } }),
    "Shop alone took 50.0% of LLM cost.",
  ],
  [
    "active users that changed by a quarter, from or to twenty",
    reportNumbers({ totals: { active_users: [15, 20] } }),
    reportNumbers({ totals: { active_users: [14, 19] } }),
    "Active users fell from 20 to 15 (−25.0%).",
  ],
  [
    "a day without an event in a week of a hundred",
    reportNumbers({ totals: { app_events: [100, 100] }, ...daily("app_events", oddDay(16, 0)) }),
    reportNumbers({ totals: { app_events: [99, 100] }, ...daily("app_events", oddDay(16, 0)) }),
    "No event came in on Thursday.",
  ],
  [
    "one rejected event in a hundred",
    reportNumbers({ intake: { received: 1_000, rejected: 10 } }),
    reportNumbers({ intake: { received: 1_001, rejected: 10 } }),
    "1.0% of the events that the app sent were rejected: 10 of 1,000.",
  ],
  [
    "a month that is heading for a quarter more",
    reportNumbers({ month: { ...month, projected: 125, lastMonth: 100 } }),
    reportNumbers({ month: { ...month, projected: 125, lastMonth: 100, method: "run-rate" } }),
    "March 2026 is heading for $125.00, up from $100.00 last month.",
  ],
  [
    "a call without a price",
    reportNumbers({ unpricedRequests: 1 }),
    reportNumbers({ unpricedRequests: 0 }),
    "1 LLM call is in no cost: their models have no price. Costs are too low by what they came to.",
  ],
];

describe("what stands out", () => {
  it.each(cases)("is %s, and no less", (_rule, at, below, sentence) => {
    expect(findHighlights(at)).toEqual([sentence]);
    expect(findHighlights(below)).toEqual([]);
  });

  it("is no silent day of an app that was not there the week before", () => {
    const begun = reportNumbers({ totals: { app_events: [500, 0] }, ...daily("app_events", oddDay(80, 0, 0)) });
    expect(findHighlights(begun)).toEqual([]);
  });

  it("is nothing in a quiet week, and no model in the first week of all", () => {
    expect(findHighlights(reportNumbers())).toEqual([]);
    expect(findHighlights(reportNumbers({ models, totals: { cost: [10, 0], requests: [5, 0] } }))).toEqual([]);
  });

  it("is six sentences at most, the weightiest first", () => {
    const all = reportNumbers({
      ...{ unpricedRequests: 3, models, projects, intake: { received: 100, rejected: 50 } },
      ...daily("cost", oddDay(1, 50)),
      month: { ...month, projected: 125, lastMonth: 100 },
      totals: {
        ...{ cost: [100, 10], wasted_cost: [50, 1], requests: [10, 10], active_users: [90, 20] },
        ...{ generations: [90, 99], generation_failures: [10, 1] },
      },
    });
    const found = findHighlights(all);
    expect(found).toHaveLength(6);
    expect(found[0]).toContain("3 LLM calls are in no cost");
  });
});
