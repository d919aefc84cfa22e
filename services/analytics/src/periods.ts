import type { CalendarPeriod, Granularity, WindowQuery } from "@mobigen/analytics-contract";
import { DateTime, type DateTimeUnit } from "luxon";
import { invalidQuery } from "./errors.js";
import { bucketMs, bucketOf, type TimeWindow } from "./types.js";

/** Nothing is older: `period=all` begins here, and earlier times are refused as faults of a clock. */
export const earliestTime = Date.UTC(2020, 0, 1);

/** A chart has no use for more; 5,000 points are 208 days of hours. */
export const maxPoints = 5_000;

export type ResolvedWindow = TimeWindow & {
  /** IANA name in which days, weeks and months were cut. */
  tz: string;
  order: "asc" | "desc";
  /** What was asked for: the period, or `custom` for from/to. */
  label: string;
};

/**
 * The window that a query asks for, in milliseconds, half-open.
 *
 * - calendar periods (`day`, `week` from Monday, `month`, `quarter`, `year`) run from their start in `tz` to now;
 * - rolling spans (`24h`, `7d`, `12w`, `6m`) are whole units of `tz`, the open one included, so that their charts have as many
 *   points as they say;
 * - both, and `all`, end at the end of the open 15-minute bucket: the window is a whole number of buckets;
 * - `from`/`to` are exact; a missing `to` is now, a missing `from` the earliest time. A `to` that is still to come (the end of
 *   this month) is taken as now: nothing has happened behind it.
 *
 * Throws invalid_query when both are given, when from is not before to, when from is still to come, or when a bound lies before
 * 2020 or more than a year ahead.
 */
export function resolveWindow(query: WindowQuery, now: Date, defaults: { defaultPeriod: string }): ResolvedWindow {
  const tz = query.tz ?? "UTC";
  const order = query.order ?? "desc";
  const openEnd = bucketOf(now.getTime()) + bucketMs;
  if (query.from !== undefined || query.to !== undefined) {
    if (query.period !== undefined) throw invalidQuery("period", "can't stand beside from or to");
    const from = query.from === undefined ? earliestTime : boundedInstant("from", query.from, now);
    const to = query.to === undefined ? openEnd : boundedInstant("to", query.to, now);
    if (from >= to) throw invalidQuery("from", "must be before to");
    if (from >= openEnd) throw invalidQuery("from", "must not lie in the future");
    return { from, to: Math.min(to, openEnd), tz, order, label: "custom" };
  }
  const label = query.period ?? defaults.defaultPeriod;
  const from = Math.max(startOfPeriod(label, DateTime.fromJSDate(now, { zone: tz })), earliestTime);
  return { from, to: openEnd, tz, order, label };
}

/**
 * What to compare a window with: of the period before, from its start, as much as has elapsed of this one, so that both are of
 * equal length. Where the period before is too short for that (February beside 30 days of March) it is as much right before the
 * window; so it is for `from`/`to`. Before all time there is nothing: don't ask.
 */
export function windowBefore({ from, to, tz, label }: ResolvedWindow, now: Date): TimeWindow {
  // This very millisecond is in; a window may begin a few minutes ahead.
  const elapsedMs = Math.max(1, Math.min(to, now.getTime() + 1) - from);
  const start =
    label === "custom" || label === "all"
      ? from - elapsedMs
      : startOfPeriod(label, DateTime.fromMillis(from - 1, { zone: tz }));
  const end = Math.min(start + elapsedMs, from);
  return { from: end - elapsedMs, to: end };
}

/**
 * Ascending starts of the hours, days, weeks or months of `tz` that the window touches, the first clipped to the window, and
 * the window's end as the last entry: n intervals are n + 1 numbers. Throws invalid_query past `maxPoints` intervals.
 */
export function timeBoundaries(window: ResolvedWindow, granularity: Granularity): number[] {
  const boundaries = [window.from];
  let start = startOf(DateTime.fromMillis(window.from, { zone: window.tz }), granularity);
  for (;;) {
    start = nextStart(start, granularity);
    const at = start.toMillis();
    if (at >= window.to) break;
    if (boundaries.length >= maxPoints) {
      throw invalidQuery(
        "granularity",
        `would give more than ${maxPoints} points; take a coarser one or a shorter period`,
      );
    }
    boundaries.push(at);
  }
  boundaries.push(window.to);
  return boundaries;
}

/** Ascending starts of the last `count` days of `tz` before the instant `to`, the open one included, and `to` as the last entry. */
export function trailingDays(to: number, tz: string, count: number): number[] {
  const last = DateTime.fromMillis(to - 1, { zone: tz }).startOf("day");
  const days = Array.from({ length: count }, (_, n) => startOf(last.minus({ days: count - 1 - n }), "day").toMillis());
  return [...days, to];
}

/** The start of the hour, day, week or month of `tz` that holds the instant. */
export function startOfUnit(at: number, tz: string, granularity: Granularity): number {
  return startOf(DateTime.fromMillis(at, { zone: tz }), granularity).toMillis();
}

/** The whole day, week (from Monday), month, quarter or year of `tz` that holds the instant. */
export function calendarPeriodAt(at: number, tz: string, period: CalendarPeriod): TimeWindow {
  const start = startOf(DateTime.fromMillis(at, { zone: tz }), period);
  return { from: start.toMillis(), to: startOf(start.plus({ [period]: 1 }), period).toMillis() };
}

/** The calendar date of an instant in a time zone, `YYYY-MM-DD`. */
export function localDate(at: number, tz: string): string {
  return DateTime.fromMillis(at, { zone: tz }).toFormat("yyyy-MM-dd");
}

const maxAheadMs = 366 * 24 * 3_600_000;

function boundedInstant(parameter: string, text: string, now: Date): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw invalidQuery(parameter, "must be an ISO 8601 time with a zone");
  if (at < earliestTime) throw invalidQuery(parameter, "must not be before 2020");
  if (at > now.getTime() + maxAheadMs) throw invalidQuery(parameter, "must not be more than a year ahead");
  return at;
}

function startOfPeriod(period: string, local: DateTime): number {
  if (period === "all") return earliestTime;
  const rolling = /^(\d+)([hdwm])$/.exec(period);
  if (rolling === null) return startOf(local, period as DateTimeUnit).toMillis();
  const count = Number(rolling[1]) - 1;
  switch (rolling[2]) {
    case "h":
      // Hours are absolute: 24h is 24 hours on the days that the clock changes, too.
      return startOf(local, "hour").toMillis() - count * 3_600_000;
    case "d":
      return startOf(local.startOf("day").minus({ days: count }), "day").toMillis();
    case "w":
      return startOf(local.startOf("week").minus({ weeks: count }), "day").toMillis();
    default:
      return startOf(local.startOf("month").minus({ months: count }), "day").toMillis();
  }
}

function startOf(local: DateTime, unit: DateTimeUnit): DateTime {
  const start = local.startOf(unit);
  if (unit === "hour") return start;
  // Where the clock goes back at one in the morning (Azores, Havana) a day has two midnights: it begins at the first.
  return start.getPossibleOffsets()[0] ?? start;
}

function nextStart(start: DateTime, granularity: Granularity): DateTime {
  if (granularity !== "hour") return startOf(start.plus({ [granularity]: 1 }), granularity);
  // An hour is an absolute span; days and longer follow the calendar.
  const next = start.plus({ hours: 1 }).startOf("hour");
  // Lord Howe's clock goes back by half an hour only: one hour on from 01:00 it is 01:30, whose full hour lies behind.
  return next > start ? next : start.plus({ hours: 2 }).startOf("hour");
}
