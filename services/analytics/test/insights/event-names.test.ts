import { eventNamesSchema, screensSchema } from "@mobigen/analytics-contract";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readEventNames, readScreens } from "../../src/insights/event-names.js";
import { instant, percentOf, readQuestion } from "../../src/insights/question.js";
import { type AppEvent, effectiveTime } from "../../src/stores/event-store.js";
import { bucketMs } from "../../src/types.js";
import {
  actorsOf,
  createInsightWorld,
  eventsBetween,
  type InsightWorld,
  passes,
  someFilters,
  someWindow,
  worldNow,
} from "../support/insight-world.js";
import { readAll } from "../support/read-all.js";

let world: InsightWorld;
beforeAll(async () => {
  world = await createInsightWorld();
});
afterAll(() => world.drop());

/** Counted one by one, by type and name. */
function groupsOf(events: readonly AppEvent[]) {
  const groups = new Map<string, AppEvent[]>();
  for (const event of events) {
    const key = JSON.stringify([event.type, event.name === "" ? null : event.name]);
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return new Map(
    [...groups].map(([key, all]) => [
      key,
      {
        events: all.length,
        share: percentOf(all.length, events.length),
        actors: actorsOf(all).size,
        sessions: new Set(all.map(({ sessionId }) => sessionId)).size,
        lastSeenAt: instant(Math.max(...all.map(effectiveTime))),
      },
    ]),
  );
}

const limit = fc.constantFrom(1, 2, 3, 50);

it("gives types and names as one by one comes to, the most frequent first, page by page", async () => {
  const filters = someFilters("platform", "version", "country", "type", "name", "property");
  await fc.assert(
    fc.asyncProperty(someWindow, filters, limit, async (window, filters, limit) => {
      const question = readQuestion(world.project, { ...window, ...filters }, worldNow);
      const events = eventsBetween(world.events, question.window).filter((event) => passes(event, question.filter));
      const items = await readAll(async (cursor) => {
        const page = await readEventNames(world.stores, question, { limit, cursor });
        expect(eventNamesSchema.parse(page)).toEqual(page);
        expect([page.totalEvents, world.seed]).toEqual([events.length, world.seed]);
        return page;
      });
      expect(items.map((item) => item.events)).toEqual(items.map((item) => item.events).toSorted((a, b) => b - a));
      const expected = [...groupsOf(events)].map(([key, { events, share, lastSeenAt }]) => [
        key,
        { events, share, lastSeenAt },
      ]);
      const is = items.map(({ type, name, ...figures }) => [JSON.stringify([type, name]), figures]);
      expect(Object.fromEntries(is)).toEqual(Object.fromEntries(expected));
      expect(is).toHaveLength(expected.length);
    }),
    { numRuns: 60 },
  );
}, 120_000);

it("looks no further than the window for the last moment of a name, where an event is the first of its quarter", async () => {
  const firsts = world.events.map(effectiveTime).filter((at) => at % bucketMs === 0);
  expect(firsts.length).toBeGreaterThan(10);
  for (const at of firsts.slice(0, 30)) {
    for (const filters of [{}, { platform: "ios" }]) {
      const window = { from: instant(at - 2 * 86_400_000), to: instant(at + 1) };
      const question = readQuestion(world.project, { ...window, ...filters }, worldNow);
      const events = eventsBetween(world.events, question.window).filter((event) => passes(event, question.filter));
      const { items } = await readEventNames(world.stores, question, { limit: 50, cursor: undefined });
      const is = items.map(({ type, name, lastSeenAt }) => [JSON.stringify([type, name]), lastSeenAt]);
      const expected = [...groupsOf(events)].map(([key, { lastSeenAt }]) => [key, lastSeenAt]);
      expect([Object.fromEntries(is), world.seed]).toEqual([Object.fromEntries(expected), world.seed]);
    }
  }
});

it("gives screens as one by one comes to, with who saw them", async () => {
  const filters = someFilters("platform", "version", "country", "property");
  await fc.assert(
    fc.asyncProperty(someWindow, filters, limit, async (window, filters, limit) => {
      const question = readQuestion(world.project, { ...window, ...filters }, worldNow);
      const filter = { ...question.filter, type: "screen_view" };
      const events = eventsBetween(world.events, question.window).filter((event) => passes(event, filter));
      const items = await readAll(async (cursor) => {
        const page = await readScreens(world.stores, question, { limit, cursor });
        expect(screensSchema.parse(page)).toEqual(page);
        expect([page.totalViews, page.counted]).toEqual([events.length, true]);
        return page;
      });
      const is = items.map(({ name, views, ...figures }) => [
        JSON.stringify(["screen_view", name]),
        { events: views, ...figures },
      ]);
      expect(Object.fromEntries(is)).toEqual(Object.fromEntries(groupsOf(events)));
    }),
    { numRuns: 60 },
  );
}, 120_000);
