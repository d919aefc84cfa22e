import { overviewSchema } from "@mobigen/analytics-contract";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readOverview } from "../../src/insights/overview.js";
import { type InsightQuestion, instant, readQuestion } from "../../src/insights/question.js";
import { windowBefore } from "../../src/periods.js";
import type { TimeWindow } from "../../src/types.js";
import {
  actorsOf,
  createInsightWorld,
  eventsBetween,
  firstSeen,
  type InsightWorld,
  isOn,
  passes,
  sessionsOf,
  someFilters,
  someWindow,
  worldNow,
} from "../support/insight-world.js";

let world: InsightWorld;
beforeAll(async () => {
  world = await createInsightWorld();
});
afterAll(() => world.drop());

/** Counted one by one. */
function figuresOf(window: TimeWindow, { filter }: InsightQuestion) {
  const events = eventsBetween(world.events, window).filter((event) => passes(event, filter));
  const first = firstSeen(world.events);
  const active = [...actorsOf(events)];
  const sessions = sessionsOf(world).filter(
    ({ startedAt, device }) => startedAt >= window.from && startedAt < window.to && isOn(device, filter),
  );
  const seconds = sessions.map(({ startedAt, lastAt }) => (lastAt - startedAt) / 1_000);
  const bounces = sessions.filter(({ screens }, n) => screens <= 1 && (seconds[n] ?? 0) < 10).length;
  const mean = (sum: number) => (sessions.length === 0 ? null : sum / sessions.length);
  return {
    events: events.length,
    screenViews: events.filter(({ type }) => type === "screen_view").length,
    activeUsers: active.length,
    newUsers: active.filter((id) => (first.get(id) ?? 0) >= window.from).length,
    sessions: sessions.length,
    averageSessionSeconds: mean(seconds.reduce((sum, each) => sum + each, 0)),
    screensPerSession: mean(sessions.reduce((sum, { screens }) => sum + screens, 0)),
    bounceRate: mean(bounces * 100),
  };
}

it("is what one by one comes to, now and in the period before, for any period, zone and device", async () => {
  await fc.assert(
    fc.asyncProperty(someWindow, someFilters("platform", "version", "country"), async (window, filters) => {
      const question = readQuestion(world.project, { ...window, ...filters }, worldNow);
      const overview = await readOverview(world.stores, question, worldNow);
      expect(overviewSchema.parse(overview)).toEqual(overview);
      const { previous, projectId, period, timezone, from, to, ...figures } = overview;
      const before = question.isOfAllTime ? null : windowBefore(question.window, worldNow);
      expect(previous).toEqual(before === null ? null : { from: instant(before.from), to: instant(before.to) });
      const expected = figuresOf(question.window, question);
      const expectedBefore = before === null ? null : figuresOf(before, question);
      for (const name of Object.keys(figures) as (keyof typeof figures)[]) {
        const { value, before, change } = figures[name];
        expectNear([name, value], [name, expected[name]]);
        expectNear([name, before], [name, expectedBefore?.[name] ?? null]);
        if (value === null || before === null || before === 0) expect([name, change]).toEqual([name, null]);
        else expect(change).toBeCloseTo(((value - before) / before) * 100, 0.5);
      }
    }),
    { numRuns: 150 },
  );
}, 120_000);

// Averages are rounded.
function expectNear(is: [string, number | null], expected: [string, number | null]): void {
  if (is[1] === null || expected[1] === null) expect(is).toEqual(expected);
  else
    expect(Math.abs(is[1] - expected[1]), `${is.join(" ")} of world ${world.seed}, not ${expected[1]}`).toBeLessThan(
      0.0501,
    );
}
