import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import { moneyToNumber, parseMoney } from "./money.js";
import { projectionWindow, projectMonth } from "./projection.js";

/** Every local day from `from` to `to` (both included) at a cost. */
function everyDay(
  from: string,
  to: string,
  cost: (day: DateTime) => string,
): Map<string, ReturnType<typeof parseMoney>> {
  const costs = new Map<string, ReturnType<typeof parseMoney>>();
  for (
    let day = DateTime.fromISO(from, { zone: "UTC" });
    day <= DateTime.fromISO(to, { zone: "UTC" });
    day = day.plus({ days: 1 })
  ) {
    costs.set(day.toFormat("yyyy-MM-dd"), parseMoney(cost(day)));
  }
  return costs;
}

function project(
  now: string,
  firstUse: string | undefined,
  costByDate: Map<string, ReturnType<typeof parseMoney>>,
  tz = "UTC",
) {
  const first = firstUse === undefined ? undefined : Date.parse(firstUse);
  const { amount, method } = projectMonth(new Date(now), tz, { firstUse: first, costByDate });
  return { amount: moneyToNumber(amount), method };
}

describe("the month's projection", () => {
  it("is zero without any call", () => {
    expect(project("2026-06-15T12:00:00Z", undefined, new Map())).toEqual({ amount: 0, method: "none" });
  });

  it("is zero while the only call lies ahead", () => {
    expect(project("2026-06-15T12:00:00Z", "2026-06-15T13:00:00Z", new Map())).toEqual({ amount: 0, method: "none" });
  });

  it("goes on at the run rate with less than 14 days of data", () => {
    // $10 in the ten days 6–15 June; the 15 days left at $1.
    const costs = everyDay("2026-06-06", "2026-06-15", () => "1");
    expect(project("2026-06-16T00:00:00Z", "2026-06-06T00:00:00Z", costs)).toEqual({ amount: 25, method: "run-rate" });
  });

  it("takes the run rate over the days since the first call, not since the month began", () => {
    // $2 on each of the last ten days of May; one hour into June.
    const costs = everyDay("2026-05-22", "2026-05-31", () => "2");
    const { amount } = project("2026-06-01T01:00:00Z", "2026-05-22T00:00:00Z", costs);
    expect(amount).toBeCloseTo((20 / (10 + 1 / 24)) * (29 + 23 / 24), 5);
  });

  it("does not multiply the first minute's calls into a fortune", () => {
    const costs = new Map([["2026-06-10", parseMoney("5")]]);
    // One day's rate is $5 at most: the 20.5 days left, and what was spent.
    expect(project("2026-06-10T12:01:00Z", "2026-06-10T12:00:00Z", costs).amount).toBeLessThan(5 + 5 * 20.5);
  });

  it("goes by the means of the weekdays from 14 days of data on", () => {
    // $10 on working days, $1 on weekends, since 1 May; now Monday 15 June, 0:00: to come are 12 of the one and 4 of the other.
    const costs = everyDay("2026-05-01", "2026-06-14", (day) => (day.weekday <= 5 ? "10" : "1"));
    const spent = 10 * 10 + 4 * 1;
    const left = 12 * 10 + 4 * 1;
    expect(project("2026-06-15T00:00:00Z", "2026-05-01T08:00:00Z", costs)).toEqual({
      amount: spent + left,
      method: "weekday-mean",
    });
  });

  it("counts days without a call as zero in the means", () => {
    // One Monday of four cost $8: a Monday is worth $2. Two Mondays are left besides today's half.
    const costs = new Map([["2026-05-25", parseMoney("8")]]);
    expect(project("2026-06-15T12:00:00Z", "2026-05-01T00:00:00Z", costs).amount).toBe(2 * 0.5 + 2 * 2);
  });

  it("looks back no further than 28 days", () => {
    const costs = everyDay("2026-05-01", "2026-05-17", () => "100");
    expect(project("2026-06-15T00:00:00Z", "2026-05-01T00:00:00Z", costs).amount).toBe(0);
  });

  it("uses whole days from the first one on when there are fewer than 28", () => {
    // First call on Monday 1 June; two Mondays at $4 each.
    const costs = new Map([1, 8].map((day) => [`2026-06-0${day}`, parseMoney("4")]));
    expect(project("2026-06-15T00:00:00Z", "2026-06-01T09:00:00Z", costs).amount).toBe(8 + 3 * 4);
  });

  it("on the first of the month, one hour in, is the means of the whole month", () => {
    const costs = everyDay("2026-05-01", "2026-05-31", () => "24");
    costs.set("2026-06-01", parseMoney("1"));
    expect(project("2026-06-01T01:00:00Z", "2026-01-01T00:00:00Z", costs).amount).toBe(1 + 23 + 29 * 24);
  });

  it("at the last minute of the month adds next to nothing", () => {
    const costs = everyDay("2026-06-01", "2026-06-30", () => "1440");
    expect(project("2026-06-30T23:59:00Z", "2026-01-01T00:00:00Z", costs).amount).toBe(30 * 1440 + 1);
  });

  it("measures a day that the clocks change by its real length", () => {
    // Berlin, 29 March 2026 has 23 hours; 11.5 of them are left at 12:30 local (10:30 UTC), and two more days.
    const costs = everyDay("2026-02-20", "2026-03-28", () => "23");
    const { amount, method } = project("2026-03-29T10:30:00Z", "2026-01-01T00:00:00Z", costs, "Europe/Berlin");
    expect({ amount, method }).toEqual({ amount: 28 * 23 + 11.5 + 2 * 23, method: "weekday-mean" });
  });

  it("reads the month in its time zone", () => {
    // In Kathmandu (+5:45) it is 1 July already.
    const costs = everyDay("2026-06-01", "2026-06-30", () => "7");
    const { amount } = project("2026-06-30T18:15:00Z", "2026-01-01T00:00:00Z", costs, "Asia/Kathmandu");
    expect(amount).toBe(31 * 7);
  });

  it("is never below what the month has cost already", () => {
    const costs = everyDay("2026-06-01", "2026-06-10", () => "3.333333");
    expect(project("2026-06-10T23:00:00Z", "2026-06-01T00:00:00Z", costs).amount).toBeGreaterThan(33.33333);
  });
});

describe("the range around the projection", () => {
  const rangeAt = (now: string, firstUse: string, costs: Map<string, ReturnType<typeof parseMoney>>) => {
    const { amount, range } = projectMonth(new Date(now), "UTC", {
      firstUse: Date.parse(firstUse),
      costByDate: costs,
    });
    return range === null
      ? null
      : { amount: moneyToNumber(amount), low: moneyToNumber(range.low), high: moneyToNumber(range.high) };
  };

  it("has no width where every weekday costs what it always costs", () => {
    const costs = everyDay("2026-05-01", "2026-06-14", (day) => (day.weekday <= 5 ? "10" : "1"));
    const range = rangeAt("2026-06-15T00:00:00Z", "2026-05-01T00:00:00Z", costs);
    expect(range).toEqual({ amount: 228, low: 228, high: 228 });
  });

  it("is the textbook's interval of a sum where days differ and nothing grows", () => {
    // Each weekday has cost 8, 12, 12 and 8 in turn: mean 10, squared distances 28 × 4 over 21 degrees of freedom.
    const costs = everyDay("2026-05-18", "2026-06-14", (day) => ["8", "12", "12", "8"][weekOf(day)] ?? "0");
    // 16 days left from Monday 15 June: Mondays and Tuesdays thrice, other days twice. t(0.9; 21) = 1.3232.
    const range = rangeAt("2026-06-15T00:00:00Z", "2026-05-01T00:00:00Z", costs);
    const margin = 1.3232 * Math.sqrt((28 * 4) / 21) * Math.sqrt(2 * (3 + 9 / 4) + 5 * (2 + 4 / 4));
    expect(range?.low).toBeCloseTo(140 + 160 - margin, 2);
    expect(range?.high).toBeCloseTo(140 + 160 + margin, 2);
  });

  it("reaches to where the month ends if growth goes on", () => {
    const costs = everyDay("2026-05-18", "2026-06-14", (day) => String(10 * 1.01 ** day.diff(origin, "days").days));
    const range = rangeAt("2026-06-15T00:00:00Z", "2026-05-01T00:00:00Z", costs);
    const end = [...Array(44).keys()].slice(14).reduce((sum, day) => sum + 10 * 1.01 ** day, 0);
    expect(range?.amount).toBeLessThan(end);
    expect(range?.high).toBeGreaterThan(end * 0.995);
    expect(range?.low).toBeGreaterThan(range === null ? 0 : range.amount * 0.95);
  });

  it("takes no growth for more than a doubling", () => {
    const costs = everyDay("2026-06-01", "2026-06-14", () => "10");
    const first = everyDay("2026-05-18", "2026-05-31", () => "0.01");
    const range = rangeAt("2026-06-15T00:00:00Z", "2026-05-18T00:00:00Z", new Map([...first, ...costs]));
    expect(range?.high).toBeLessThan(140 + 16 * 5 * 2 ** (30 / 14) + 120);
  });

  it("is never below what the month has cost already", () => {
    const costs = everyDay("2026-05-18", "2026-06-14", (day) => (day.day % 9 === 0 ? "50" : "0"));
    const range = rangeAt("2026-06-15T00:00:00Z", "2026-05-01T00:00:00Z", costs);
    expect(range?.low).toBe(50);
  });

  it("is unknown after three days, and that of the run rate after four", () => {
    const costs = everyDay("2026-06-01", "2026-06-04", (day) => String(day.day));
    expect(rangeAt("2026-06-03T12:00:00Z", "2026-06-01T00:00:00Z", costs)).toBeNull();
    const range = rangeAt("2026-06-05T00:00:00Z", "2026-06-01T00:00:00Z", costs);
    expect(range?.amount).toBe(75);
    // Whole days after the first: 2, 3 and 4. Of one, s = 1; 26 days left; t(0.9; 2) = 1.886.
    expect(range?.high).toBeCloseTo(75 + 1.886 * Math.sqrt(26 + 26 ** 2 / 3), 0);
  });
});

const origin = DateTime.fromISO("2026-05-18", { zone: "UTC" });

function weekOf(day: DateTime): number {
  return Math.floor(day.diff(origin, "days").days / 7);
}

describe("the window that a projection reads", () => {
  it("holds the last 28 days and the month to date, to the end of the open bucket", () => {
    expect(iso(projectionWindow(new Date("2026-06-15T12:07:00Z"), "UTC"))).toEqual([
      "2026-05-18T00:00:00.000Z",
      "2026-06-15T12:15:00.000Z",
    ]);
    expect(iso(projectionWindow(new Date("2026-07-31T12:07:00Z"), "Asia/Kathmandu"))[0]).toBe(
      "2026-06-30T18:15:00.000Z",
    );
  });
});

function iso({ from, to }: { from: number; to: number }): string[] {
  return [from, to].map((at) => new Date(at).toISOString());
}
