import { insightMetrics, insightSeriesSchema } from "@mobigen/analytics-contract";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { instant } from "../../src/insights/question.js";
import { readSeriesQuestion, readTimeSeries, type SeriesQuestion } from "../../src/insights/time-series.js";
import { timeBoundaries } from "../../src/periods.js";
import { effectiveTime } from "../../src/stores/event-store.js";
import type { TimeWindow } from "../../src/types.js";
import {
  actorsOf,
  createInsightWorld,
  eventsBetween,
  firstSeen,
  type InsightWorld,
  isOn,
  type KnownSession,
  passes,
  sessionsOf,
  someFilters,
  someWindow,
  worldNow,
} from "../support/insight-world.js";

let world: InsightWorld;
let allSessions: KnownSession[];
let first: Map<string, number>;
beforeAll(async () => {
  world = await createInsightWorld();
  allSessions = sessionsOf(world);
  first = firstSeen(world.events);
});
afterAll(() => world.drop());

/** Counted one by one. */
function figureOf({ metric, filter }: SeriesQuestion, window: TimeWindow): number | null {
  const events = eventsBetween(world.events, window).filter((event) => passes(event, filter));
  const sessions = allSessions.filter(
    ({ startedAt, device }) => startedAt >= window.from && startedAt < window.to && isOn(device, filter),
  );
  const meanOf = (figures: number[]) =>
    sessions.length === 0 ? null : figures.reduce((sum, each) => sum + each, 0) / sessions.length;
  switch (metric) {
    case "events":
      return events.length;
    case "screen_views":
      return events.filter(({ type }) => type === "screen_view").length;
    case "active_users":
      return actorsOf(events).size;
    case "new_users":
      return [...actorsOf(events)].filter((id) => (first.get(id) ?? 0) >= window.from).length;
    case "sessions":
      return sessions.length;
    case "average_session_seconds":
      return meanOf(sessions.map(({ startedAt, lastAt }) => (lastAt - startedAt) / 1_000));
    case "screens_per_session":
      return meanOf(sessions.map(({ screens }) => screens));
    case "bounce_rate":
      return meanOf(
        sessions.map(({ screens, startedAt, lastAt }) => (screens <= 1 && lastAt - startedAt < 10_000 ? 100 : 0)),
      );
  }
}

const metric = fc.constantFrom(...insightMetrics).chain((metric) => {
  const filters = ["sessions", "average_session_seconds", "screens_per_session", "bounce_rate"].includes(metric)
    ? someFilters("platform", "version", "country")
    : metric === "screen_views"
      ? someFilters("platform", "version", "country", "name", "property")
      : someFilters("platform", "version", "country", "type", "name", "property");
  return filters.map((filters) => ({ ...filters, metric }));
});
const granularity = fc.constantFrom("hour" as const, "day" as const, "week" as const, "month" as const);
const order = fc.constantFrom("asc" as const, "desc" as const);

it("is what one by one comes to, for any metric, period, zone and filter, zero-filled", async () => {
  await fc.assert(
    fc.asyncProperty(someWindow, metric, granularity, order, async (window, metric, granularity, order) => {
      const question = readSeriesQuestion(world.project, { ...window, ...metric, granularity, order }, worldNow);
      const series = await readTimeSeries(world.stores, question, worldNow);
      expect(insightSeriesSchema.parse(series)).toEqual(series);
      const from = Date.parse(series.from);
      const boundaries = timeBoundaries({ ...question.window, from }, granularity);
      const data = order === "asc" ? series.data : series.data.toReversed();
      expect(data.map(({ timestamp }) => timestamp)).toEqual(boundaries.slice(0, -1).map(instant));
      for (const [n, { value, partial }] of data.entries()) {
        const [start = 0, end = 0] = [boundaries[n], boundaries[n + 1]];
        const expected = figureOf(question, { from: start, to: end });
        if (value === null || expected === null) expect(value).toBe(expected);
        else expect(Math.abs(value - expected), `${question.metric} of world ${world.seed}`).toBeLessThan(0.0501);
        expect(partial).toBe(end > worldNow.getTime() ? true : undefined);
      }
      // What lies before the first interval of all time is nothing.
      const before = { from: question.window.from, to: from };
      expect(eventsBetween(world.events, before).map(effectiveTime)).toEqual([]);
    }),
    { numRuns: 100 },
  );
}, 120_000);
