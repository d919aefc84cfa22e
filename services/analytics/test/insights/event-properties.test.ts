import { type EventPropertiesQuery, eventPropertiesSchema } from "@mobigen/analytics-contract";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readEventProperties } from "../../src/insights/event-properties.js";
import { percentOf, readQuestion } from "../../src/insights/question.js";
import { type AppEvent, effectiveTime } from "../../src/stores/event-store.js";
import { bucketMs } from "../../src/types.js";
import {
  createInsightWorld,
  eventsBetween,
  type InsightWorld,
  passes,
  someFilters,
  someWindow,
  worldNow,
} from "../support/insight-world.js";

let world: InsightWorld;
beforeAll(async () => {
  world = await createInsightWorld();
});
afterAll(() => world.drop());

type Options = { key?: string; values?: number; maxEvents?: number };

function ask({ type, name, ...query }: Pick<EventPropertiesQuery, "type"> & Record<string, unknown>, options: Options) {
  const question = readQuestion(world.project, query, worldNow);
  const asked = { ...question, type, name: name as string | undefined };
  return { question, answer: readEventProperties(world.stores, asked, options) };
}

const typeOf = (value: unknown): string => {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
};

function countBy<Key>(keys: readonly Key[]): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** The figures of one key, counted one by one; equal counts in no order. */
function figuresOf(values: readonly unknown[], matched: number) {
  const texts = countBy(values.map((value) => JSON.stringify(value)));
  const numbers = values.filter((value) => typeof value === "number");
  const sum = numbers.reduce((all, number) => all + number, 0);
  const isShown = (text: string): boolean => !/^[[{]/.test(text) && text.length <= 202;
  return {
    events: values.length,
    share: percentOf(values.length, matched),
    types: Object.fromEntries(countBy(values.map(typeOf))),
    distinctValues: texts.size,
    numbers:
      numbers.length === 0
        ? null
        : {
            min: Math.min(...numbers),
            max: Math.max(...numbers),
            average: expect.closeTo(sum / numbers.length, 9),
            sum,
          },
    counts: [...texts].filter(([text]) => isShown(text)).map(([, count]) => count),
    texts,
  };
}

function valuesByKey(events: readonly AppEvent[]): Map<string, unknown[]> {
  const byKey = new Map<string, unknown[]>();
  for (const { properties } of events) {
    for (const [key, value] of Object.entries(JSON.parse(properties ?? "{}") as Record<string, unknown>)) {
      byKey.set(key, [...(byKey.get(key) ?? []), value]);
    }
  }
  return byKey;
}

const kinds = fc.constantFrom(
  { type: "screen_view", name: "Home" },
  { type: "screen_view" },
  { type: "custom", name: "purchase" },
  { type: "custom", name: "nothing" },
  { type: "session_start" },
);
const options = fc.record(
  { key: fc.constantFrom("plan", "mixed", "Größe", "absent"), values: fc.constantFrom(1, 2, 50) },
  { requiredKeys: [] },
);

it("gives the properties of events as one by one comes to", async () => {
  const filters = someFilters("platform", "version", "country", "property");
  await fc.assert(
    fc.asyncProperty(someWindow, kinds, filters, options, async (window, kind, filters, options) => {
      const { question, answer } = ask({ ...window, ...kind, ...filters }, options);
      const ofKind = eventsBetween(world.events, question.window).filter((event) =>
        passes(event, { name: "", ...kind }),
      );
      const matching = ofKind.filter((event) => passes(event, question.filter));
      const { properties, ...is } = await answer;
      expect(eventPropertiesSchema.parse({ ...is, properties })).toEqual({ ...is, properties });
      expect({ ...is, seed: world.seed }).toMatchObject({
        events: ofKind.length,
        read: { from: is.from, to: is.to, events: ofKind.length, matched: matching.length, complete: true },
        truncated: false,
        seed: world.seed,
      });

      const expected = [...valuesByKey(matching)].filter(([key]) => options.key === undefined || key === options.key);
      expect(properties.map(({ key }) => key).sort()).toEqual(expected.map(([key]) => key).sort());
      expect(properties.map(({ events }) => events)).toEqual(properties.map((p) => p.events).toSorted((a, b) => b - a));
      for (const [key, values] of expected) {
        const { counts, texts, ...figures } = figuresOf(values, matching.length);
        const { topValues, otherEvents, ...property } = properties.find((one) => one.key === key) ?? {
          topValues: [],
        };
        expect(property).toEqual({ key, ...figures });
        const top = counts.toSorted((a, b) => b - a).slice(0, options.values ?? 10);
        expect(topValues.map(({ events }) => events)).toEqual(top);
        for (const { value, events, share } of topValues) {
          expect([texts.get(JSON.stringify(value)), percentOf(events, matching.length)]).toEqual([events, share]);
        }
        expect(otherEvents).toBe(values.length - top.reduce((sum, count) => sum + count, 0));
      }
    }),
    { numRuns: 80 },
  );
}, 120_000);

it("reads the newest part of a period that holds too many, and says which", async () => {
  const kind = { type: "screen_view", name: "Home" };
  const whole = await ask({ ...kind, period: "all" }, {}).answer;
  const part = await ask({ ...kind, period: "all" }, { maxEvents: 20 }).answer;
  const readFrom = Date.parse(part.read.from);
  expect(readFrom % bucketMs).toBe(0);
  const newest = world.events.filter((event) => passes(event, kind) && effectiveTime(event) >= readFrom);
  const until = newest.filter((event) => effectiveTime(event) < worldNow.getTime());
  expect(part).toMatchObject({ events: whole.events, read: { events: until.length, complete: false } });
  expect(part.read.events).toBeLessThanOrEqual(20);
  expect(part.read.events).toBeGreaterThan(10);
});
