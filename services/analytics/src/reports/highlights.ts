import type { Metric } from "@mobigen/analytics-contract";
import { percentChange } from "../metrics-aggregator.js";
import { formatChange, formatMonth, formatName, formatValue, formatWeekday } from "./format.js";
import type { ReportNumbers, WeekTotal } from "./weekly-report.js";

// docs/API.md states these rules with their numbers.
export const rules = {
  /** A change of so many percent, and of so many dollars at least. */
  costChange: { percent: 30, dollars: 1 },
  /** A day that costs so many times the median of the other six, and so many dollars more. */
  costDay: { times: 2.5, dollars: 1 },
  /** A change of the success rate by so many points, with so many that ended in both weeks. */
  successRate: { points: 5, ended: 20 },
  /** Of all costs, and in dollars. */
  wasted: { percent: 10, dollars: 1 },
  /** A model that was not used the week before, with so much of all costs. */
  newModel: { percent: 10 },
  /** A project with so much of all costs, among three or more. */
  dominantProject: { percent: 50, projects: 3 },
  /** A change of active users by so many percent, from or to so many. */
  activeUsers: { percent: 25, users: 20 },
  /** A day without an event in a week with so many, of an app that sent some the week before, too. */
  silentDay: { events: 100 },
  /** So much of what apps sent was rejected, and so many events. */
  rejected: { percent: 1, events: 10 },
  /** The month is heading for so much more, or less, than the last one. */
  monthChange: { percent: 25, dollars: 1 },
} as const;

const maxShown = 6;

/** What stands out of a week, one sentence each, by the rules above; the weightiest first, six at most. */
export function findHighlights(numbers: ReportNumbers): string[] {
  return [
    unpriced(numbers),
    rejectedEvents(numbers),
    silentDay(numbers),
    costChange(numbers),
    costDay(numbers),
    successRate(numbers, "generations", "generation_failures", "Generations"),
    successRate(numbers, "builds", "build_failures", "Builds"),
    wastedCost(numbers),
    newModel(numbers),
    dominantProject(numbers),
    activeUsers(numbers),
    monthChange(numbers),
  ]
    .filter((sentence) => sentence !== null)
    .slice(0, maxShown);
}

function unpriced({ unpricedRequests }: ReportNumbers): string | null {
  if (unpricedRequests === 0) return null;
  const calls = unpricedRequests === 1 ? "1 LLM call is" : `${formatValue(unpricedRequests, "count")} LLM calls are`;
  return `${calls} in no cost: their models have no price. Costs are too low by what they came to.`;
}

function rejectedEvents({ intake }: ReportNumbers): string | null {
  if (intake === null || intake.rejected < rules.rejected.events) return null;
  const percent = (intake.rejected / intake.received) * 100;
  if (percent < rules.rejected.percent) return null;
  return `${formatValue(percent, "percent")} of the events that the app sent were rejected: ${formatValue(intake.rejected, "count")} of ${formatValue(intake.received, "count")}.`;
}

function silentDay({ totals, daily }: ReportNumbers): string | null {
  const days = daily.get("app_events")?.days ?? [];
  const { value, before } = totals.get("app_events") ?? { value: 0, before: 0 };
  if ((value ?? 0) < rules.silentDay.events || (before ?? 0) === 0) return null;
  const silent = days.flatMap((events, day) => (events === 0 ? [formatWeekday(day)] : []));
  return silent.length === 0 ? null : `No event came in on ${inWords(silent)}.`;
}

function costChange({ totals }: ReportNumbers): string | null {
  const change = bigChange(totals.get("cost"), rules.costChange);
  if (change === null) return null;
  const { value, before } = change;
  return `LLM cost ${value > before ? "rose" : "fell"} from ${formatValue(before, "dollars")} to ${formatValue(value, "dollars")} (${formatChange(percentChange(before, value), value)}).`;
}

function costDay({ daily }: ReportNumbers): string | null {
  const days = daily.get("cost")?.days ?? [];
  const dearest = days.indexOf(Math.max(...days));
  const others = days.filter((_, day) => day !== dearest).sort((a, b) => a - b);
  const cost = days[dearest] ?? 0;
  const median = ((others[2] ?? 0) + (others[3] ?? 0)) / 2;
  if (cost < median * rules.costDay.times || cost - median < rules.costDay.dollars) return null;
  const compared =
    median === 0 ? "most other days cost nothing" : `${(cost / median).toFixed(1)} times the median of the other days`;
  return `${formatWeekday(dearest)} cost ${formatValue(cost, "dollars")}: ${compared}.`;
}

function successRate({ totals }: ReportNumbers, done: Metric, failed: Metric, what: string): string | null {
  const rate = (week: "value" | "before"): number | null => {
    const [successes, failures] = [totals.get(done)?.[week] ?? 0, totals.get(failed)?.[week] ?? 0];
    const ended = successes + failures;
    return ended < rules.successRate.ended ? null : (successes / ended) * 100;
  };
  const [now, before] = [rate("value"), rate("before")];
  if (now === null || before === null || Math.abs(now - before) < rules.successRate.points) return null;
  const verb = now > before ? "succeed more often" : "fail more often";
  return `${what} ${verb}: ${formatValue(now, "percent")} were completed, after ${formatValue(before, "percent")} the week before.`;
}

function wastedCost({ totals }: ReportNumbers): string | null {
  const [wasted, cost] = [totalOf(totals, "wasted_cost"), totalOf(totals, "cost")];
  if (wasted < rules.wasted.dollars || wasted < (cost * rules.wasted.percent) / 100) return null;
  return `${formatValue(wasted, "dollars")}, ${formatValue((wasted / cost) * 100, "percent")} of LLM cost, went into what failed.`;
}

function newModel({ models, totals }: ReportNumbers): string | null {
  const cost = totalOf(totals, "cost");
  const found = models.find(
    (model) => model.requestsBefore === 0 && model.cost > 0 && model.cost >= (cost * rules.newModel.percent) / 100,
  );
  // In the first week of all every model is new.
  if (found === undefined || (totals.get("requests")?.before ?? 0) === 0) return null;
  return `${formatName(found.name ?? "A model without a name")} is new, and took ${formatValue((found.cost / cost) * 100, "percent")} of LLM cost.`;
}

function dominantProject({ projects, totals }: ReportNumbers): string | null {
  const [first] = projects;
  const cost = totalOf(totals, "cost");
  if (first === undefined || first.name === null || cost === 0 || projects.length < rules.dominantProject.projects) {
    return null;
  }
  const percent = (first.cost / cost) * 100;
  if (percent < rules.dominantProject.percent) return null;
  return `${formatName(first.name)} alone took ${formatValue(percent, "percent")} of LLM cost.`;
}

function activeUsers({ totals }: ReportNumbers): string | null {
  const { value, before } = totals.get("active_users") ?? { value: null, before: null };
  if (value === null || before === null || before === 0) return null;
  const change = percentChange(before, value) ?? 0;
  if (Math.abs(change) < rules.activeUsers.percent || Math.max(value, before) < rules.activeUsers.users) return null;
  return `Active users ${value > before ? "rose" : "fell"} from ${formatValue(before, "count")} to ${formatValue(value, "count")} (${formatChange(change, value)}).`;
}

function monthChange({ month, timezone }: ReportNumbers): string | null {
  // A run rate of a few days is too rough to compare by.
  if (month.method !== "weekday-mean") return null;
  const change = bigChange({ value: month.projected, before: month.lastMonth }, rules.monthChange);
  if (change === null) return null;
  return `${formatMonth(month.start, timezone)} is heading for ${formatValue(change.value, "dollars")}, ${change.value > change.before ? "up" : "down"} from ${formatValue(change.before, "dollars")} last month.`;
}

/** Both numbers, where they differ by so many percent and dollars; null else, and from zero. */
function bigChange(
  total: WeekTotal | undefined,
  { percent, dollars }: { percent: number; dollars: number },
): { value: number; before: number } | null {
  const { value, before } = total ?? { value: null, before: null };
  if (value === null || before === null || before === 0 || Math.abs(value - before) < dollars) return null;
  return Math.abs(percentChange(before, value) ?? 0) < percent ? null : { value, before };
}

function totalOf(totals: ReportNumbers["totals"], metric: Metric): number {
  return totals.get(metric)?.value ?? 0;
}

function inWords(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
