import type { CostGroups, Metric } from "@mobigen/analytics-contract";
import { type CostGroupsQuery, readCostGroups } from "../cost-groups.js";
import { createCostMonitor } from "../cost-monitor.js";
import { readIngestionLedger } from "../insights/ingestion-ledger.js";
import type { MetricsAggregator } from "../metrics-aggregator.js";
import { calendarPeriodAt, type ResolvedWindow } from "../periods.js";
import type { AppMetricsStore } from "../stores/app-metrics-store.js";
import type { CostStore } from "../stores/cost-store.js";
import type { IngestionLedgerStore } from "../stores/ingestion-ledger-store.js";
import type { ProjectStore } from "../stores/project-store.js";
import type { UsageStore, UsageSubject } from "../stores/usage-store.js";
import { type TimeWindow, toInstant } from "../types.js";
import { dailyMetrics, soFarMetrics, tableMetrics } from "./report-metrics.js";
import type { CostShare, MonthOutlook, ReportNumbers, ReportSubject, WeekDays, WeekTotal } from "./weekly-report.js";
import { type ReportWeeks, reportWeeks } from "./weeks.js";

const topShown = 5;
// Of the week before, as many as are needed to find what this week's dearest had cost then.
const topCompared = 200;
// On Monday morning there is nothing to tell yet.
const minSoFarMs = 12 * 3_600_000;

export type ReportQuestionsDeps = {
  metrics: Pick<MetricsAggregator, "timeSeries">;
  usage: UsageStore;
  costs: CostStore;
  apps: Pick<AppMetricsStore, "topScreens">;
  ledger: IngestionLedgerStore;
  projects: Pick<ProjectStore, "find">;
};

/**
 * The numbers of the report that is due at `at`: the same questions that the API answers, one after the other, for nobody waits
 * and others work. @throws what the stores throw.
 */
export async function readNumbers(
  deps: ReportQuestionsDeps,
  { subject, timezone, at }: Pick<ReportNumbers, "subject" | "timezone" | "at">,
): Promise<ReportNumbers> {
  const weeks = reportWeeks(at, timezone);
  const { scope } = subject;
  const ask = { deps, subject, timezone };
  const totals = await eachMetric(tableMetrics[scope], (metric) => readTotal(ask, metric, weeks));
  const daily = await eachMetric(dailyMetrics[scope], (metric) => readDays(ask, metric, weeks));
  const hasBegun = weeks.soFar.to - weeks.soFar.from >= minSoFarMs;
  const soFar = await eachMetric(hasBegun ? soFarMetrics[scope] : [], (metric) => readSoFar(ask, metric, weeks));
  const models = await readTop(ask, "model", weeks);
  const projects = scope === "project" ? [] : await nameProjects(deps, await readTop(ask, "project", weeks));
  return {
    ...{ subject, timezone, at, weeks, totals, daily, soFar, models, projects },
    screens: subject.scope === "project" ? await deps.apps.topScreens(subject.id, weeks.week, topShown) : [],
    ...(await readMoney(ask, at, weeks.week)),
    intake: await readIntake(ask, weeks.week),
  };
}

type Ask = { deps: ReportQuestionsDeps; subject: ReportSubject; timezone: string };

async function eachMetric<Name extends Metric, Value>(
  names: readonly Name[],
  read: (metric: Name) => Promise<Value>,
): Promise<Map<Metric, Value>> {
  const values = new Map<Metric, Value>();
  for (const metric of names) values.set(metric, await read(metric));
  return values;
}

/** Both weeks as two points of one series: what is counted once a week, like active users, is. */
async function readTotal(ask: Ask, metric: Metric, { week, before }: ReportWeeks): Promise<WeekTotal> {
  const [first = null, second = null] = await series(ask, metric, "week", { from: before.from, to: week.to });
  return { before: first, value: second };
}

async function readDays(ask: Ask, metric: Metric, { week, before }: ReportWeeks): Promise<WeekDays> {
  const toNumbers = (values: (number | null)[]): number[] => values.map((value) => value ?? 0);
  return {
    days: toNumbers(await series(ask, metric, "day", week)),
    before: toNumbers(await series(ask, metric, "day", before)),
  };
}

async function readSoFar(ask: Ask, metric: Metric, { soFar, soFarBefore }: ReportWeeks): Promise<WeekTotal> {
  const [value = null] = await series(ask, metric, "week", soFar);
  const [before = null] = await series(ask, metric, "week", soFarBefore);
  return { value, before };
}

async function series(
  { deps, subject, timezone }: Ask,
  metric: Metric,
  granularity: "day" | "week",
  window: TimeWindow,
): Promise<(number | null)[]> {
  const { data } = await deps.metrics.timeSeries({
    ...{ metric, granularity, tz: timezone, order: "asc" },
    from: toInstant(window.from),
    to: toInstant(window.to),
    ...filterOf(subject),
  });
  return data.map(({ value }) => value);
}

function filterOf(subject: ReportSubject): { userId?: string; projectId?: string } {
  switch (subject.scope) {
    case "platform":
      return {};
    case "user":
      return { userId: subject.id };
    case "project":
      return { projectId: subject.id };
  }
}

async function readTop(ask: Ask, groupBy: "model" | "project", { week, before }: ReportWeeks): Promise<CostShare[]> {
  const groups = (window: TimeWindow, limit: number): Promise<CostGroups> => {
    const query: CostGroupsQuery = { groupBy, limit, ...filterOf(ask.subject) };
    return readCostGroups(ask.deps.costs, query, resolved(window, ask.timezone));
  };
  const { items } = await groups(week, topShown);
  const earlier = new Map((await groups(before, topCompared)).items.map((item) => [item.key, item]));
  return items.map(({ key, totalCost, inputTokens, outputTokens, requests }) => ({
    ...{ id: key, name: key, cost: totalCost, tokens: inputTokens + outputTokens, requests },
    costBefore: earlier.get(key)?.totalCost ?? 0,
    requestsBefore: earlier.get(key)?.requests ?? 0,
  }));
}

async function nameProjects({ projects }: ReportQuestionsDeps, shares: readonly CostShare[]): Promise<CostShare[]> {
  const named: CostShare[] = [];
  for (const share of shares) {
    const project = share.id === null ? null : await projects.find(share.id);
    named.push({ ...share, name: project?.name ?? share.id });
  }
  return named;
}

async function readMoney(
  { deps, subject, timezone }: Ask,
  at: Date,
  week: TimeWindow,
): Promise<{ month: MonthOutlook; unpricedRequests: number }> {
  const costs = createCostMonitor({ usage: deps.usage, clock: () => at });
  const whose: UsageSubject =
    subject.scope === "platform" ? { kind: "platform" } : { kind: subject.scope, id: subject.id };
  const month = calendarPeriodAt(at.getTime(), timezone, "month");
  const last = calendarPeriodAt(month.from - 1, timezone, "month");
  // In the first moment of a month nothing has been spent: an empty window would be none.
  const toDate = { from: month.from, to: Math.max(at.getTime(), month.from + 1) };
  const spent = await costs.costsOf(whose, resolved(toDate, timezone));
  return {
    month: {
      start: month.from,
      spent: spent.totalCost,
      projected: spent.projectedMonthly,
      ...spent.projection,
      lastMonth: (await costs.costsOf(whose, resolved(last, timezone))).totalCost,
    },
    unpricedRequests: (await costs.costsOf(whose, resolved(week, timezone))).unpricedRequests,
  };
}

async function readIntake({ deps, subject, timezone }: Ask, week: TimeWindow): Promise<ReportNumbers["intake"]> {
  const project = subject.scope === "project" ? await deps.projects.find(subject.id) : null;
  if (project === null) return null;
  const { totals } = await readIngestionLedger(deps.ledger, project, resolved(week, timezone));
  return { received: totals.received, rejected: totals.rejected };
}

function resolved(window: TimeWindow, tz: string): ResolvedWindow {
  return { ...window, tz, order: "asc", label: "custom" };
}
