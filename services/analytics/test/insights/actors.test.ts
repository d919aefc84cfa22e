import { actorsSchema, actorTimelineSchema } from "@mobigen/analytics-contract";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readActor, readActors } from "../../src/insights/actors.js";
import { instant } from "../../src/insights/question.js";
import { localDate } from "../../src/periods.js";
import { type AppEvent, effectiveTime } from "../../src/stores/event-store.js";
import { createInsightWorld, type InsightWorld, worldNow, worldZones } from "../support/insight-world.js";

let world: InsightWorld;
beforeAll(async () => {
  world = await createInsightWorld();
});
afterAll(() => world.drop());

const limit = fc.constantFrom(1, 3, 50);

/** The events of each actor, by the id as it was sent. */
function eventsByActor(): Map<string, AppEvent[]> {
  const events = new Map<string, AppEvent[]>();
  for (const event of world.events) {
    if (event.actor !== null) events.set(event.actor.text, [...(events.get(event.actor.text) ?? []), event]);
  }
  return events;
}

describe("the list", () => {
  it("has everybody who passes, last seen first, page by page", async () => {
    const known = [...eventsByActor()].map(([id, events]) => {
      const times = events.map(effectiveTime);
      return { id, key: events[0]?.actor?.id ?? "", first: Math.min(...times), last: Math.max(...times) };
    });
    const query = fc.record(
      {
        search: fc.constantFrom("actor-", "actor-1", "actor-17", "%", "a_tor"),
        kind: fc.constantFrom("user" as const, "anonymous" as const),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(query, limit, async (query, limit) => {
        const items: unknown[] = [];
        let cursor: string | undefined;
        do {
          const page = await readActors(world.stores.actors, world.project, { ...query, limit, cursor });
          expect(actorsSchema.parse(page)).toEqual(page);
          items.push(...page.items);
          cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined);
        const expected = known
          .filter(({ id }) => query.kind !== "user" && id.startsWith(query.search ?? ""))
          .sort((a, b) => b.last - a.last || (a.key < b.key ? 1 : -1))
          .map(({ id, first, last }) => {
            return { id, kind: "anonymous", firstSeenAt: instant(first), lastSeenAt: instant(last) };
          });
        expect([world.seed, items]).toEqual([world.seed, expected]);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});

describe("one actor", () => {
  it("has their days in any zone, the device of their latest event, and their events, newest first", async () => {
    const all = [...eventsByActor()];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...all),
        fc.constantFrom(...worldZones),
        limit,
        async ([id, events], tz, limit) => {
          const expected = events.toSorted(
            (a, b) =>
              effectiveTime(b) - effectiveTime(a) ||
              (a.eventId === b.eventId ? b.occurredAt - a.occurredAt : a.eventId < b.eventId ? 1 : -1),
          );
          const days = [...new Set(expected.map((event) => localDate(effectiveTime(event), tz)))].sort().reverse();
          const eventIds: string[] = [];
          let cursor: string | undefined;
          do {
            const page = await readActor(world.stores.actors, world.project, id, { tz, limit, cursor, now: worldNow });
            expect(actorTimelineSchema.parse(page)).toEqual(page);
            eventIds.push(...page.items.map((item) => item.eventId));
            cursor = page.nextCursor ?? undefined;
            expect([world.seed, page.actor.days, page.actor.activeDays]).toEqual([world.seed, days, days.length]);
            expect(page.actor).toMatchObject({ id, kind: "anonymous" });
            expect(page.actor.device?.platform ?? "").toBe(expected[0]?.device.platform);
          } while (cursor !== undefined);
          expect([world.seed, eventIds]).toEqual([world.seed, expected.map((event) => event.eventIdText)]);
        },
      ),
      { numRuns: 40 },
    );
  }, 120_000);

  it("shows the days of the last 90 alone", async () => {
    const now = new Date(worldNow.getTime() + 80 * 86_400_000);
    for (const [id, events] of [...eventsByActor()].slice(0, 5)) {
      const { actor } = await readActor(world.stores.actors, world.project, id, { tz: "UTC", now });
      const days = [...new Set(events.map((event) => localDate(effectiveTime(event), "UTC")))].sort().reverse();
      const since = localDate(now.getTime() - 89 * 86_400_000, "UTC");
      expect(actor.days).toEqual(days.filter((day) => day >= since));
      expect(actor.activeDays).toBe(days.length);
    }
  });

  it("is unknown where there is none", async () => {
    const read = readActor(world.stores.actors, world.project, "nobody", { now: worldNow });
    await expect(read).rejects.toMatchObject({ code: "not_found" });
  });
});
