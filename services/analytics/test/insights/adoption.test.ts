import { type AdoptionDimension, adoptionDimensions, adoptionSchema } from "@mobigen/analytics-contract";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readAdoption } from "../../src/insights/adoption.js";
import { countryOf } from "../../src/insights/countries.js";
import { instant, percentOf, readQuestion } from "../../src/insights/question.js";
import { timeBoundaries } from "../../src/periods.js";
import type { DeviceProfile } from "../../src/stores/event-store.js";
import {
  createInsightWorld,
  type InsightWorld,
  isOn,
  type KnownSession,
  sessionsOf,
  someFilters,
  someWindow,
  worldNow,
} from "../support/insight-world.js";

let world: InsightWorld;
let sessions: KnownSession[];
beforeAll(async () => {
  world = await createInsightWorld();
  sessions = sessionsOf(world);
});
afterAll(() => world.drop());

function valueIn(dimension: AdoptionDimension, device: DeviceProfile): string | null {
  const said = { version: device.appVersion, platform: device.platform, device: device.model };
  return dimension === "country" ? countryOf(device.timezone) : said[dimension] === "" ? null : said[dimension];
}

function adoptersOf(all: readonly KnownSession[]) {
  return { sessions: all.length, users: new Set(all.flatMap(({ actor }) => (actor === null ? [] : [actor]))).size };
}

const dimension = fc.constantFrom(...adoptionDimensions);
const granularity = fc.constantFrom("hour" as const, "day" as const, "week" as const, "month" as const);
const filters = someFilters("platform", "version", "country");

it("divides the sessions as one by one comes to, in all and over time, the rest added up", async () => {
  await fc.assert(
    fc.asyncProperty(
      ...([someWindow, filters, dimension, granularity, fc.constantFrom(1, 2, 50)] as const),
      async (window, filters, dimension, granularity, limit) => {
        const question = readQuestion(world.project, { ...window, ...filters, order: "asc" }, worldNow);
        const reply = await readAdoption(world.stores, question, { dimension, granularity, limit }, worldNow);
        expect(adoptionSchema.parse(reply)).toEqual(reply);
        const inWindow = ({ from, to }: { from: number; to: number }) =>
          sessions.filter(
            ({ startedAt, device }) => startedAt >= from && startedAt < to && isOn(device, question.filter),
          );
        const all = inWindow(question.window);
        const of = (some: readonly KnownSession[], value: string | null) =>
          some.filter(({ device }) => valueIn(dimension, device) === value);
        expect([reply.total, world.seed]).toEqual([adoptersOf(all), world.seed]);

        const values = new Set(all.map(({ device }) => valueIn(dimension, device)));
        expect(reply.items).toHaveLength(Math.min(limit, values.size));
        const counts = [...values].map((value) => of(all, value).length).toSorted((a, b) => b - a);
        expect(reply.items.map((item) => item.sessions)).toEqual(counts.slice(0, limit));
        for (const { value, firstSeenAt, lastSeenAt, share, ...adopters } of reply.items) {
          const own = of(all, value);
          expect(adopters).toEqual(adoptersOf(own));
          const starts = own.map(({ startedAt }) => startedAt);
          expect([firstSeenAt, lastSeenAt]).toEqual([instant(Math.min(...starts)), instant(Math.max(...starts))]);
          expect(share).toBe(percentOf(own.length, all.length));
        }
        const others = counts.slice(limit);
        expect(reply.other?.values ?? 0).toBe(others.length);
        expect(reply.other?.sessions ?? 0).toBe(others.reduce((sum, count) => sum + count, 0));

        const boundaries = timeBoundaries({ ...question.window, from: Date.parse(reply.from) }, granularity);
        expect(reply.series.map(({ timestamp }) => timestamp)).toEqual(boundaries.slice(0, -1).map(instant));
        for (const [n, entry] of reply.series.entries()) {
          const part = inWindow({ from: boundaries[n] ?? 0, to: boundaries[n + 1] ?? 0 });
          expect(entry.total).toEqual(adoptersOf(part));
          const parts = reply.items.map(({ value }) => adoptersOf(of(part, value)));
          expect(entry.items).toEqual(parts);
          expect(entry.otherSessions).toBe(part.length - parts.reduce((sum, { sessions }) => sum + sessions, 0));
        }
      },
    ),
    { numRuns: 60 },
  );
}, 120_000);
