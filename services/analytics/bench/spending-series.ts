import { DateTime } from "luxon";
import { defaultScale, demoPrefix, planApps } from "../src/demo/plan.js";
import { platformLife } from "../src/demo/platform-life.js";
import { createRandom, type Random } from "../src/demo/random.js";
import { type Money, parseMoney, zeroMoney } from "../src/money.js";
import { createPriceList } from "../src/price-list.js";
import { briefPrices, priceCall } from "../src/pricing.js";
import { tokensOf } from "../src/usage-record.js";

const dayMs = 24 * 3_600_000;
const seeds = 5;
const syntheticDays = 365;
// Daily costs scatter by a quarter, as those of a busy platform do.
const scatter = 0.25;

/** What each UTC day cost, and its first half of it; from the first call to the last. */
export type SpendingSeries = { firstUse: number; byDate: Map<string, { untilNoon: Money; whole: Money }> };

/** Series to try a projection on: made-up ones with a known law, and the demo's, as a platform and as single projects. */
export function spendingSeries(): { name: string; series: SpendingSeries[] }[] {
  const weekly = (weekday: number): number => (weekday > 5 ? 2 : 10);
  return [
    { name: "flat", series: synthetic("flat", () => 10) },
    { name: "weekly", series: synthetic("weekly", (_, weekday) => weekly(weekday)) },
    { name: "growing", series: synthetic("growing", (day, weekday) => weekly(weekday) * 1.01 ** day) },
    { name: "demo platform", series: demoEnds.flatMap((end) => demo(end, () => "platform")) },
    { name: "demo projects", series: demoEnds.flatMap((end) => demo(end, (projectId) => projectId)) },
  ];
}

function synthetic(name: string, costOn: (day: number, weekday: number) => number): SpendingSeries[] {
  const firstUse = Date.UTC(2025, 0, 1);
  return Array.from({ length: seeds }, (_, seed) => {
    const random = createRandom(`${name}/${seed}`);
    const days = Array.from({ length: syntheticDays }, (_, n) => {
      const day = DateTime.fromMillis(firstUse + n * dayMs, { zone: "UTC" });
      return [day.toFormat("yyyy-MM-dd"), scattered(costOn(n, day.weekday), random)] as const;
    });
    return { firstUse, byDate: new Map(days) };
  });
}

function scattered(expected: number, random: Random): { untilNoon: Money; whole: Money } {
  const whole = parseMoney((expected * random.logNormal(1, scatter)).toFixed(6));
  return { untilNoon: whole.times(0.5), whole };
}

// The demo ends where its reader's now is: at the end of a month its 90 days hold whole ones.
const demoEnds = ["2026-01-31", "2026-03-31", "2026-05-31", "2026-08-31"].map((date) =>
  Date.parse(`${date}T23:59:00Z`),
);

function demo(end: number, seriesOf: (projectId: string) => string): SpendingSeries[] {
  const { days, seed, projects } = defaultScale;
  const span = { start: end - days * dayMs, end, days, prefix: demoPrefix(defaultScale), seed };
  const prices = createPriceList(briefPrices().map((price, n) => ({ ...price, priceId: n, createdAt: 0 })));
  const byName = new Map<string, SpendingSeries>();
  for (const call of platformLife(planApps(span, projects), span).usage) {
    const at = Date.parse(call.timestamp ?? "");
    const price = prices.priceOf({ provider: null, model: call.model, serviceTier: null, at });
    if (price === undefined) throw new Error(`the demo's model ${call.model} has no price`);
    const name = seriesOf(call.projectId ?? "");
    const series = byName.get(name) ?? { firstUse: at, byDate: new Map() };
    byName.set(name, series);
    const { inputCost, outputCost } = priceCall(tokensOf(call), price);
    addCost(series, at, inputCost.plus(outputCost));
  }
  return [...byName.values()];
}

function addCost({ byDate }: SpendingSeries, at: number, cost: Money): void {
  const date = new Date(at).toISOString().slice(0, 10);
  const { untilNoon, whole } = byDate.get(date) ?? { untilNoon: zeroMoney, whole: zeroMoney };
  const isMorning = at % dayMs < dayMs / 2;
  byDate.set(date, { untilNoon: isMorning ? untilNoon.plus(cost) : untilNoon, whole: whole.plus(cost) });
}
