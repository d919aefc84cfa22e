import { DateTime } from "luxon";
import { type Money, moneyToNumber, zeroMoney } from "../../src/money.js";
import { projectMonth } from "../../src/projection.js";
import type { Part } from "../part.js";
import type { Row } from "../report.js";
import { type SpendingSeries, spendingSeries } from "../spending-series.js";

// What a day of a month saw at noon, as shares of what the month came to in the end.
type Trial = { dayOfMonth: number; ours: number; runRate: number; inRange: boolean | null };

/** No clock and no database: the same figures everywhere. */
export const projection: Part = {
  title: "The month's projection, at noon of each day of past months, beside the plain run rate",
  compute(progress) {
    const groups = spendingSeries().map(({ name, series }) => {
      const trials = series.flatMap(tryEveryDay);
      progress(`${name}: ${trials.length} projections of ${series.length} series`);
      return { name, trials };
    });
    return {
      rows: groups.map(({ name, trials }) => toRow(name, trials)),
      tables: [
        {
          title: "Mean absolute error in percent of what the month came to, ours / run rate, by day of the month",
          head: ["day", ...groups.map(({ name }) => name)],
          rows: Array.from({ length: 31 }, (_, n) => [
            String(n + 1),
            ...groups.map(({ trials }) => errorsOn(trials.filter(({ dayOfMonth }) => dayOfMonth === n + 1))),
          ]),
        },
      ],
      notes: [
        "flat: $10 a day; weekly: $10 on working days, $2 on weekends; growing: weekly and 1 % a day, i.e. a third a month; each day times a log-normal factor of σ = 0.25; 5 series of a year each",
        "demo: `pnpm analytics demo`, ended at four ends of months; a project's series has few calls a day and begins within the data",
        "run rate: month to date ÷ share of the month gone. It is closer while costs grow, or fall as those of a young project do after its first weeks: means of 28 days lag by 14, its own by half of what is gone of the month",
        `months that ended between low and high, where that was known (80 % is meant): ${groups.map(({ name, trials }) => `${name} ${coverage(trials)}`).join(", ")}`,
      ],
    };
  },
};

function tryEveryDay(series: SpendingSeries): Trial[] {
  const dates = [...series.byDate.keys()].sort();
  const [first, last] = [dates[0], dates.at(-1)];
  if (first === undefined || last === undefined) return [];
  const end = DateTime.fromISO(last, { zone: "UTC" });
  const trials: Trial[] = [];
  for (let day = DateTime.fromISO(first, { zone: "UTC" }); day <= end; day = day.plus({ days: 1 })) {
    if (day.endOf("month").startOf("day") > end) break;
    const trial = tryDay(series, day);
    if (trial !== undefined) trials.push(trial);
  }
  return trials;
}

function tryDay({ firstUse, byDate }: SpendingSeries, day: DateTime): Trial | undefined {
  const noon = day.plus({ hours: 12 });
  const actual = sumOf(day.startOf("month"), day.plus({ months: 1 }).startOf("month"), byDate);
  if (firstUse > noon.toMillis() || actual.eq(0)) return undefined;
  const untilNoon = byDate.get(dateOf(day))?.untilNoon ?? zeroMoney;
  const known = new Map<string, Money>([[dateOf(day), untilNoon]]);
  for (let n = 1; n <= 31; n += 1) {
    const before = dateOf(day.minus({ days: n }));
    known.set(before, byDate.get(before)?.whole ?? zeroMoney);
  }
  const { amount, range } = projectMonth(noon.toJSDate(), "UTC", { firstUse, costByDate: known });
  const spent = sumOf(day.startOf("month"), day, byDate).plus(untilNoon);
  const runRate = spent.div(day.day - 0.5).times(day.endOf("month").day);
  const errorOf = (guess: Money): number => moneyToNumber(guess.minus(actual).abs().div(actual));
  return {
    dayOfMonth: day.day,
    ours: errorOf(amount),
    runRate: errorOf(runRate),
    inRange: range === null ? null : range.low.lte(actual) && actual.lte(range.high),
  };
}

function sumOf(from: DateTime, to: DateTime, byDate: SpendingSeries["byDate"]): Money {
  let sum = zeroMoney;
  for (let day = from; day < to; day = day.plus({ days: 1 }))
    sum = sum.plus(byDate.get(dateOf(day))?.whole ?? zeroMoney);
  return sum;
}

function toRow(name: string, trials: readonly Trial[]): Row {
  const ours = mean(trials.map((trial) => trial.ours));
  const runRate = mean(trials.map((trial) => trial.runRate));
  return {
    measured: `mean absolute error, ${name}`,
    figure: percent(ours),
    against: `${percent(runRate)} plain run rate`,
    ratio: (ours / runRate).toFixed(2),
    target: "≤ 1.1",
    met: ours / runRate <= 1.1,
  };
}

function errorsOn(trials: readonly Trial[]): string {
  if (trials.length === 0) return "–";
  const [ours, runRate] = [mean(trials.map((trial) => trial.ours)), mean(trials.map((trial) => trial.runRate))];
  return `${(100 * ours).toFixed(1)} / ${(100 * runRate).toFixed(1)}`;
}

function coverage(trials: readonly Trial[]): string {
  const known = trials.filter(({ inRange }) => inRange !== null);
  return percent(known.filter(({ inRange }) => inRange === true).length / known.length);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function dateOf(day: DateTime): string {
  return day.toFormat("yyyy-MM-dd");
}
