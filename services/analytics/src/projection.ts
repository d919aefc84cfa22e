import { DateTime } from "luxon";
import { type Money, moneyToNumber, parseMoney, zeroMoney } from "./money.js";
import { type ComingDay, type PastDay, type Range, rangeOfRest } from "./projection-range.js";
import { bucketMs, bucketOf, type TimeWindow } from "./types.js";

const meanOverDays = 28;
const minHistoryDays = 14;
const dayMs = 24 * 3_600_000;
// A projection is an estimate: digits below a millionth of a dollar say nothing.
const decimals = 6;

export type ProjectionMethod = "none" | "run-rate" | "weekday-mean";

export type Projection = {
  amount: Money;
  /** Where the month is expected to end in four cases of five; null while there are too few days to tell. */
  range: { low: Money; high: Money } | null;
  method: ProjectionMethod;
};

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
 * The range around it is that of projection-range.ts, over the same days, and never below month to date. Rounded to a
 * millionth of a dollar.
 */
export function projectMonth(now: Date, tz: string, { firstUse, costByDate }: SpendingHistory): Projection {
  if (firstUse === undefined || firstUse > now.getTime()) return { amount: zeroMoney, range: null, method: "none" };
  const local = DateTime.fromJSDate(now, { zone: tz });
  const today = local.startOf("day");
  const tomorrow = nextDay(today);
  const firstDay = DateTime.fromMillis(firstUse, { zone: tz }).startOf("day");

  const hasHistory = today.diff(firstDay, "days").days >= minHistoryDays;
  // A run rate's history has a day that is not whole: the first one. Its spread is of the others.
  const historyStart = hasHistory
    ? DateTime.max(firstDay, today.minus({ days: meanOverDays }).startOf("day"))
    : nextDay(firstDay);
  const past = daysBetween(historyStart, today);
  const rate = hasHistory
    ? weekdayRate(costByDate, past)
    : runRate(sumDays(costByDate, firstDay, tomorrow), now.getTime() - firstUse);

  const coming = daysBetween(today, today.plus({ months: 1 }).startOf("month"));
  const leftOfToday = (tomorrow.toMillis() - local.toMillis()) / (tomorrow.toMillis() - today.toMillis());
  const shareOf = (n: number): number => (n === 0 ? leftOfToday : 1);
  const rest = coming.reduce((sum, day, n) => sum.plus(rate(day).times(shareOf(n))), zeroMoney);
  const spent = sumDays(costByDate, today.startOf("month"), tomorrow);

  const groupOf = (day: DateTime): number => (hasHistory ? day.weekday : 0);
  const range = rangeOfRest(
    moneyToNumber(rest),
    past.map((day): PastDay => ({ group: groupOf(day), cost: moneyToNumber(costOn(costByDate, day)) })),
    coming.map((day, n): ComingDay => ({ group: groupOf(day), share: shareOf(n) })),
  );
  const amount = spent.plus(rest).round(decimals);
  return {
    amount,
    range: range === null ? null : around(amount, spent, range),
    method: hasHistory ? "weekday-mean" : "run-rate",
  };
}

type DayRate = (day: DateTime) => Money;

function weekdayRate(costByDate: ReadonlyMap<string, Money>, past: readonly DateTime[]): DayRate {
  const sums = new Map<number, { cost: Money; days: number }>();
  for (const day of past) {
    const sum = sums.get(day.weekday) ?? { cost: zeroMoney, days: 0 };
    sums.set(day.weekday, { cost: sum.cost.plus(costOn(costByDate, day)), days: sum.days + 1 });
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

// What was spent is exact, the range of the rest an estimate in floats: its dust must not put the amount outside.
function around(amount: Money, spent: Money, rest: Range): { low: Money; high: Money } {
  const low = spent.plus(parseMoney(rest.low.toFixed(decimals))).round(decimals);
  const high = spent.plus(parseMoney(rest.high.toFixed(decimals))).round(decimals);
  return { low: low.gt(amount) ? amount : low, high: high.lt(amount) ? amount : high };
}

function sumDays(costByDate: ReadonlyMap<string, Money>, from: DateTime, to: DateTime): Money {
  return daysBetween(from, to).reduce((sum, day) => sum.plus(costOn(costByDate, day)), zeroMoney);
}

function costOn(costByDate: ReadonlyMap<string, Money>, day: DateTime): Money {
  return costByDate.get(day.toFormat("yyyy-MM-dd")) ?? zeroMoney;
}

/** The starts of the local days from one that is a start to before another. */
function daysBetween(from: DateTime, to: DateTime): DateTime[] {
  const days: DateTime[] = [];
  for (let day = from; day < to; day = nextDay(day)) days.push(day);
  return days;
}

// The start of the next local day; where the clocks change at midnight that is not 24 hours on, nor 0:00.
function nextDay(day: DateTime): DateTime {
  return day.plus({ days: 1 }).startOf("day");
}
