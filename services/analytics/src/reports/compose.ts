import { percentChange } from "../metrics-aggregator.js";
import {
  formatChange,
  formatMoment,
  formatMonth,
  formatName,
  formatShort,
  formatValue,
  formatWeek,
  formatWeekday,
} from "./format.js";
import { findHighlights } from "./highlights.js";
import {
  dailyMetrics,
  headlineMetrics,
  labelOf,
  type ReportMetric,
  soFarMetrics,
  tableMetrics,
  unitOf,
} from "./report-metrics.js";
import type { CostShare, ReportNumbers, WeekTotal } from "./weekly-report.js";

/** A report in words: what its HTML and its plain text both say. Names are as they are: whoever writes markup escapes them. */
export type ReportPage = {
  title: string;
  /** Whom or what it is about, e.g. `the project Shop`. */
  about: string;
  week: string;
  timezone: string;
  headlines: readonly FigureLine[];
  highlights: readonly string[];
  charts: readonly Chart[];
  lists: readonly List[];
  figures: readonly FigureLine[];
  month: { title: string; sentences: readonly string[] };
  soFar: { title: string; figures: readonly FigureLine[] } | null;
};

export type FigureLine = {
  label: string;
  value: string;
  before: string;
  change: string;
  /** Both in words: `+12.5% from 80`. */
  comparison: string;
};

/** A bar for each day, beside that of the week before; heights from 0 to 1 of the highest of both. */
export type Chart = {
  title: string;
  days: readonly { day: string; label: string; height: number; before: string; heightBefore: number }[];
};

/** Bars of the widths' share (0 to 1) of all. */
export type List = { title: string; rows: readonly { name: string; value: string; note: string; width: number }[] };

/** Lays out a report's numbers. Pure. */
export function composeReport(numbers: ReportNumbers): ReportPage {
  const { subject, timezone, weeks } = numbers;
  const { scope } = subject;
  const about = aboutOf(numbers);
  return {
    title: `Weekly report on ${about}`,
    about,
    week: formatWeek(weeks.week, timezone),
    timezone,
    headlines: headlineMetrics[scope].map((metric) => toFigure(metric, numbers.totals.get(metric))),
    highlights: findHighlights(numbers),
    charts: dailyMetrics[scope].map((metric) => toChart(metric, numbers)),
    lists: [
      toCostList("Top projects by LLM cost", numbers.projects, numbers, "No project"),
      toCostList("Top models by LLM cost", numbers.models, numbers, "No model"),
      toScreenList(numbers),
    ].filter(({ rows }) => rows.length > 0),
    figures: tableMetrics[scope].map((metric) => toFigure(metric, numbers.totals.get(metric))),
    month: toMonth(numbers),
    soFar: toSoFar(numbers),
  };
}

function aboutOf({ subject }: ReportNumbers): string {
  switch (subject.scope) {
    case "platform":
      return "the platform";
    case "user":
      return `user ${formatName(subject.id)}`;
    case "project":
      return formatName(subject.name);
  }
}

function toFigure(metric: ReportMetric, total: WeekTotal = { value: null, before: null }): FigureLine {
  const unit = unitOf(metric);
  const { value, before } = total;
  const change = value === null || before === null ? null : percentChange(before, value);
  const texts = { before: formatValue(before, unit), change: formatChange(change, value) };
  return {
    label: labelOf(metric),
    value: formatValue(value, unit),
    ...texts,
    comparison: compare(value, before, texts),
  };
}

function compare(value: number | null, before: number | null, texts: Pick<FigureLine, "before" | "change">): string {
  if (value === before) return "as the week before";
  if (before === null || before === 0) return "none the week before";
  return `${texts.change} from ${texts.before}`;
}

function toChart(metric: ReportMetric, { daily }: ReportNumbers): Chart {
  const { days, before } = daily.get(metric) ?? { days: [], before: [] };
  const highest = Math.max(...days, ...before);
  const heightOf = (value: number): number => (highest === 0 ? 0 : value / highest);
  const unit = unitOf(metric);
  return {
    title: `${labelOf(metric)} by day`,
    days: days.map((value, day) => ({
      day: formatWeekday(day),
      label: formatShort(value, unit),
      height: heightOf(value),
      before: formatShort(before[day] ?? 0, unit),
      heightBefore: heightOf(before[day] ?? 0),
    })),
  };
}

function toCostList(title: string, shares: readonly CostShare[], { totals }: ReportNumbers, nameless: string): List {
  const all = totals.get("cost")?.value ?? 0;
  return {
    title,
    rows: shares.map(({ name, cost, tokens, requests, requestsBefore, costBefore }) => {
      const change = requestsBefore === 0 ? "new" : formatChange(percentChange(costBefore, cost), cost);
      return {
        name: name === null ? nameless : formatName(name),
        value: formatValue(cost, "dollars"),
        note: `${formatShort(tokens, "count")} tokens, ${counted(requests, "call")}, ${change}`,
        width: all === 0 ? 0 : cost / all,
      };
    }),
  };
}

function toScreenList({ screens }: ReportNumbers): List {
  const most = screens[0]?.views ?? 0;
  return {
    title: "Top screens by views",
    rows: screens.map(({ name, views }) => ({
      name: formatName(name),
      value: formatValue(views, "count"),
      note: "",
      width: most === 0 ? 0 : views / most,
    })),
  };
}

function toMonth({ month, timezone }: ReportNumbers): ReportPage["month"] {
  const { spent, projected, low, high, method, lastMonth } = month;
  const title = `LLM cost of ${formatMonth(month.start, timezone)}`;
  const last = `Last month: ${formatValue(lastMonth, "dollars")}.`;
  if (method === "none") return { title, sentences: ["Nothing has been spent yet.", last] };
  const range =
    low === null || high === null
      ? ""
      : `, in four cases of five between ${formatValue(low, "dollars")} and ${formatValue(high, "dollars")}`;
  const basis =
    method === "weekday-mean"
      ? "By the weekdays of the last four weeks."
      : "By the rate so far: there are fewer than two weeks to go by.";
  return {
    title,
    sentences: [
      `${formatValue(spent, "dollars")} so far, heading for ${formatValue(projected, "dollars")}${range}.`,
      basis,
      last,
    ],
  };
}

function toSoFar({ subject, soFar, weeks, timezone }: ReportNumbers): ReportPage["soFar"] {
  if (soFar.size === 0) return null;
  return {
    title: `This week so far, until ${formatMoment(weeks.soFar.to, timezone)}`,
    figures: soFarMetrics[subject.scope].map((metric) => toFigure(metric, soFar.get(metric))),
  };
}

function counted(count: number, what: string): string {
  return `${formatShort(count, "count")} ${what}${count === 1 ? "" : "s"}`;
}
