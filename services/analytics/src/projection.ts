import { DateTime } from "luxon";
import { type Money, zeroMoney } from "./money.js";
import { bucketMs, bucketOf, type TimeWindow } from "./types.js";

const meanOverDays = 28;
const minHistoryDays = 14;
const dayMs = 24 * 3_600_000;
// A projection is an estimate: digits below a millionth of a dollar say nothing.
const decimals = 6;

export type ProjectionMethod = "none" | "run_rate" | "weekday_means";
export type Projection = { amount: Money; method: ProjectionMethod };

export type SpendingHistory = {
  /** When the first call ever was (milliseconds); undefined when there was none. */
  firstUse: number | undefined;
  /** What each local day cost, by its date (`YYYY-MM-DD`); days without a call may be left out. */
  costByDate: ReadonlyMap<string, Money>;
};

/** The window that a projection at `now` needs the costs of: the last 28 local days and the month to date. */
export function projectionWindow(now: Date, tz: string): TimeWindow {
  const today = DateTime.fromJSDate(now, { zone: tz }).startOf("day");
  const from = DateTime.min(today.startOf("month"), today.minus({ days: meanOverDays }).startOf("day"));
  return { from: from.toMillis(), to: bucketOf(now.getTime()) + bucketMs };
}

/**
 * What the calendar month of `tz` that holds `now` will have cost at its end, in US dollars:
 *
 *     month to date + Σ over the days left of rate(day)
 *
 * The days left are what is left of today, as a fraction of today's real length (23 or 25 hours when the clocks change), and
 * each later day of the month.
 *
 * - From 14 whole days of history: rate(day) is the mean cost of that weekday over the last 28 whole days, or as many as there
 *   are since the first call; days without a call count as zero.
 * - Below that: the run rate, i.e. all that was spent since the first call over the days since then; at least one day, lest the
 *   first minute's calls be multiplied into a fortune.
 * - Without any call: zero.
 *
 * Rounded to a millionth of a dollar.
 */
export function projectMonth(now: Date, tz: string, { firstUse, costByDate }: SpendingHistory): Projection {
  if (firstUse === undefined || firstUse > now.getTime()) return { amount: zeroMoney, method: "none" };
  const local = DateTime.fromJSDate(now, { zone: tz });
  const today = local.startOf("day");
  const tomorrow = nextDay(today);
  const firstDay = DateTime.fromMillis(firstUse, { zone: tz }).startOf("day");
  const costOf = (from: DateTime, to: DateTime): Money => sumDays(costByDate, from, to);

  const hasHistory = today.diff(firstDay, "days").days >= minHistoryDays;
  const rate = hasHistory
    ? weekdayRate(costByDate, DateTime.max(firstDay, today.minus({ days: meanOverDays }).startOf("day")), today)
    : runRate(costOf(firstDay, tomorrow), now.getTime() - firstUse);

  const leftOfToday = (tomorrow.toMillis() - local.toMillis()) / (tomorrow.toMillis() - today.toMillis());
  let amount = costOf(today.startOf("month"), tomorrow).plus(rate(today).times(leftOfToday));
  const monthEnd = today.plus({ months: 1 }).startOf("month");
  for (let day = tomorrow; day < monthEnd; day = nextDay(day)) amount = amount.plus(rate(day));
  return { amount: amount.round(decimals), method: hasHistory ? "weekday_means" : "run_rate" };
}

type DayRate = (day: DateTime) => Money;

function weekdayRate(costByDate: ReadonlyMap<string, Money>, from: DateTime, to: DateTime): DayRate {
  const sums = new Map<number, { cost: Money; days: number }>();
  for (let day = from; day < to; day = nextDay(day)) {
    const sum = sums.get(day.weekday) ?? { cost: zeroMoney, days: 0 };
    sums.set(day.weekday, { cost: sum.cost.plus(costByDate.get(dateOf(day)) ?? zeroMoney), days: sum.days + 1 });
  }
  return ({ weekday }) => {
    const sum = sums.get(weekday);
    return sum === undefined ? zeroMoney : sum.cost.div(sum.days);
  };
}

function runRate(spent: Money, elapsedMs: number): DayRate {
  const perDay = spent.times(dayMs).div(Math.max(elapsedMs, dayMs));
  return () => perDay;
}

function sumDays(costByDate: ReadonlyMap<string, Money>, from: DateTime, to: DateTime): Money {
  let sum = zeroMoney;
  for (let day = from; day < to; day = nextDay(day)) sum = sum.plus(costByDate.get(dateOf(day)) ?? zeroMoney);
  return sum;
}

// The start of the next local day; where the clocks change at midnight that is not 24 hours on, nor 0:00.
function nextDay(day: DateTime): DateTime {
  return day.plus({ days: 1 }).startOf("day");
}

function dateOf(day: DateTime): string {
  return day.toFormat("yyyy-MM-dd");
}
