import { maxCohorts, retentionSchema } from "@mobigen/analytics-contract";
import fc from "fast-check";
import { DateTime } from "luxon";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { percentOf, readQuestion } from "../../src/insights/question.js";
import { readRetention } from "../../src/insights/retention.js";
import { effectiveTime } from "../../src/stores/event-store.js";
import { bucketMs, bucketOf } from "../../src/types.js";
import { createInsightWorld, type InsightWorld, someWindow, worldNow } from "../support/insight-world.js";

let world: InsightWorld;
beforeAll(async () => {
  world = await createInsightWorld();
});
afterAll(() => world.drop());

type Unit = "day" | "week" | "month";

/** The number of the calendar's day, week or month that holds an instant, on one line for all. */
function intervalOf(at: number, tz: string, unit: Unit): number {
  const { year, month, day } = DateTime.fromMillis(at, { zone: tz });
  const days = Date.UTC(year, month - 1, day) / 86_400_000;
  if (unit === "month") return year * 12 + month - 1;
  // The first of January 1970 was a Thursday.
  return unit === "day" ? days : Math.floor((days + 3) / 7);
}

function visitsByActor(): Map<string, number[]> {
  const openEnd = bucketOf(worldNow.getTime()) + bucketMs;
  const visits = new Map<string, number[]>();
  for (const event of world.events) {
    if (event.actor === null || effectiveTime(event) >= openEnd) continue;
    visits.set(event.actor.id, [...(visits.get(event.actor.id) ?? []), effectiveTime(event)]);
  }
  return visits;
}

it("counts who came back as one by one comes to, by the calendar of any zone", async () => {
  const asked = fc.record({
    granularity: fc.constantFrom("day", "week", "month"),
    mode: fc.constantFrom("exact", "unbounded"),
    order: fc.constantFrom("asc", "desc"),
  });
  await fc.assert(
    fc.asyncProperty(someWindow, asked, async (window, { granularity, mode, order }) => {
      const question = readQuestion(world.project, { ...window, order }, worldNow);
      const reply = await readRetention(world.stores, question, { granularity, mode }, worldNow);
      expect(retentionSchema.parse(reply)).toEqual(reply);
      const { timezone: tz } = reply;
      const of = (at: number): number => intervalOf(at, tz, granularity);
      const all = [...visitsByActor().values()].map((times) => new Set(times.map(of)));
      const from = question.isOfAllTime
        ? Math.max(Math.min(...world.events.map(effectiveTime)), question.window.from)
        : question.window.from;
      const [first, last, now] = [of(from), of(question.window.to - 1), of(worldNow.getTime())];
      const expected = Array.from({ length: last - first + 1 }, (_, n) => {
        const cohort = first + n;
        const members = all.filter((active) => Math.min(...active) === cohort);
        return Array.from({ length: last - cohort + 1 }, (_, offset) =>
          members.filter((active) =>
            mode === "exact"
              ? active.has(cohort + offset)
              : [...active].some((at) => at >= cohort + offset && at <= last),
          ),
        ).map((who) => who.length);
      });
      const cohorts = order === "asc" ? reply.cohorts : reply.cohorts.toReversed();
      expect([cohorts.map(({ cells }) => cells.map(({ actors }) => actors)), world.seed]).toEqual([
        expected,
        world.seed,
      ]);
      cohorts.forEach(({ date, size, incomplete, cells }, n) => {
        expect(intervalOf(DateTime.fromISO(date, { zone: tz }).toMillis(), tz, granularity)).toBe(first + n);
        expect([size, incomplete ?? false]).toEqual([expected[n]?.[0], first + n >= now]);
        cells.forEach((cell, offset) => {
          expect(cell.incomplete ?? false).toBe(first + n + offset >= now);
          expect(cell.rate).toBe(size === 0 ? null : percentOf(cell.actors, size));
        });
      });
      reply.average.forEach(({ offset, actors, size, rate }) => {
        const over = expected.filter((row, n) => row.length > offset && first + n + offset < now);
        const sum = (at: number): number => over.reduce((total, row) => total + (row[at] ?? 0), 0);
        expect([actors, size]).toEqual([sum(offset), sum(0)]);
        expect(rate).toBe(size === 0 ? null : percentOf(actors, size));
      });
    }),
    { numRuns: 120 },
  );
}, 120_000);

describe("bounds", () => {
  const read = (query: object, granularity: Unit) =>
    readRetention(world.stores, readQuestion(world.project, query, worldNow), { granularity, mode: "exact" }, worldNow);

  it("gives at most so many cohorts, and refuses one more", async () => {
    expect((await read({ period: `${maxCohorts}d` }, "day")).cohorts).toHaveLength(maxCohorts);
    await expect(read({ period: `${maxCohorts + 1}d` }, "day")).rejects.toMatchObject({ code: "invalid_query" });
    await expect(read({ from: "2020-01-01T00:00:00Z" }, "day")).rejects.toMatchObject({ code: "invalid_query" });
  });

  it("gives zeros for an app that nobody opened", async () => {
    const project = { ...world.project, projectKey: 2_000_000, id: "empty" };
    const question = readQuestion(project, { period: "3w" }, worldNow);
    const reply = await readRetention(world.stores, question, { granularity: "week", mode: "unbounded" }, worldNow);
    expect(reply.cohorts.map(({ size, cells }) => [size, cells.map(({ rate }) => rate)])).toEqual([
      [0, [null]],
      [0, [null, null]],
      [0, [null, null, null]],
    ]);
    expect(reply.average.every(({ rate }) => rate === null)).toBe(true);
  });
});
