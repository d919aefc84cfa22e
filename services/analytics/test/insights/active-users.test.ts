import { activeUsersSchema } from "@mobigen/analytics-contract";
import fc from "fast-check";
import { DateTime } from "luxon";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readActiveUsers } from "../../src/insights/active-users.js";
import { percentOf, readQuestion } from "../../src/insights/question.js";
import { effectiveTime } from "../../src/stores/event-store.js";
import { bucketMs, bucketOf } from "../../src/types.js";
import { createInsightWorld, type InsightWorld, someWindow, worldNow } from "../support/insight-world.js";

let world: InsightWorld;
beforeAll(async () => {
  world = await createInsightWorld();
});
afterAll(() => world.drop());

/** Who was active, by the calendar date in a time zone; nothing of what lies behind the open quarter of an hour. */
function actorsByDate(tz: string): Map<string, Set<string>> {
  const openEnd = bucketOf(worldNow.getTime()) + bucketMs;
  const dates = new Map<string, Set<string>>();
  for (const event of world.events) {
    if (event.actor === null || effectiveTime(event) >= openEnd) continue;
    const date = DateTime.fromMillis(effectiveTime(event), { zone: tz }).toISODate() ?? "";
    dates.set(date, (dates.get(date) ?? new Set()).add(event.actor.id));
  }
  return dates;
}

function activeUntil(dates: ReadonlyMap<string, Set<string>>, date: string, days: number): number {
  const all = Array.from({ length: days }, (_, n) => DateTime.fromISO(date).minus({ days: n }).toISODate() ?? "");
  return new Set(all.flatMap((day) => [...(dates.get(day) ?? [])])).size;
}

it("counts who was active on a day, and on the 7 and 30 days that end with it, by the calendar of any zone", async () => {
  await fc.assert(
    fc.asyncProperty(someWindow, fc.constantFrom("asc" as const, "desc" as const), async (window, order) => {
      const question = readQuestion(world.project, { ...window, order }, worldNow);
      const reply = await readActiveUsers(world.stores, question, worldNow);
      expect(activeUsersSchema.parse(reply)).toEqual(reply);
      const data = order === "asc" ? reply.data : reply.data.toReversed();
      const dates = actorsByDate(reply.timezone);
      for (const { date, daily, weekly, monthly, stickiness } of data) {
        const expected = [1, 7, 30].map((days) => activeUntil(dates, date, days));
        expect([date, daily, weekly, monthly, world.seed]).toEqual([date, ...expected, world.seed]);
        expect(stickiness).toBe(monthly === 0 ? null : percentOf(daily, monthly));
      }
      const first = data[0]?.date ?? "";
      const days = data.map((_, n) => DateTime.fromISO(first).plus({ days: n }).toISODate());
      expect(data.map(({ date }) => date)).toEqual(days);
      const today = DateTime.fromJSDate(worldNow, { zone: reply.timezone }).toISODate();
      expect(data.filter(({ partial }) => partial).map(({ date }) => date)).toEqual(
        days.filter((date) => date === today),
      );
    }),
    { numRuns: 80 },
  );
}, 120_000);
