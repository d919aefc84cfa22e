import type { Metric } from "@mobigen/analytics-contract";
import type { ProjectionMethod } from "../projection.js";
import type { ReportWeeks } from "./weeks.js";

/** What a report is about; a project by its name of now. */
export type ReportSubject =
  | { scope: "platform" }
  | { scope: "user"; id: string }
  | { scope: "project"; id: string; name: string };

/** A metric's total of a week and of the week before. Null where it is not known, e.g. a cost by something of which there was none. */
export type WeekTotal = { value: number | null; before: number | null };

/** The days of both weeks, Monday first. */
export type WeekDays = { days: readonly number[]; before: readonly number[] };

/** Of a top list, in the order of their costs. `name` null: calls that name none. */
export type CostShare = {
  id: string | null;
  name: string | null;
  /** US dollars. */
  cost: number;
  costBefore: number;
  requestsBefore: number;
  tokens: number;
  requests: number;
};

/** Where the month stands, and where it is heading. US dollars. */
export type MonthOutlook = {
  /** Start of the month that holds the report's time, in milliseconds. */
  start: number;
  spent: number;
  projected: number;
  low: number | null;
  high: number | null;
  method: ProjectionMethod;
  lastMonth: number;
};

/** The numbers of a report, as the API tells them. */
export type ReportNumbers = {
  subject: ReportSubject;
  timezone: string;
  /** The report tells what was stored by then of what had happened by then. */
  at: Date;
  weeks: ReportWeeks;
  totals: ReadonlyMap<Metric, WeekTotal>;
  daily: ReadonlyMap<Metric, WeekDays>;
  soFar: ReadonlyMap<Metric, WeekTotal>;
  /** All of a week's costs are in `cost` of the totals; these are the dearest of them. */
  models: readonly CostShare[];
  /** None for a project's report. */
  projects: readonly CostShare[];
  /** Of a project's report: the most viewed ones. */
  screens: readonly { name: string; views: number }[];
  month: MonthOutlook;
  /** Calls of the week that are in no cost: their models have no price. */
  unpricedRequests: number;
  /** Of a project's report: events that its apps sent in the week, and those of them that were rejected. */
  intake: { received: number; rejected: number } | null;
};
