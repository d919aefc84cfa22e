import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { CountedEntry, CounterStore, CounterValues } from "../../src/stores/counter-store.js";

const noon = new Date("2026-03-18T12:10:00Z");

export type CounterSubject = { counters: CounterStore; reset: () => Promise<void> };

/** What every counter store promises; run against each. */
export function itKeepsCounters(subject: () => CounterSubject): void {
  describe("counters", () => {
    beforeEach(() => subject().reset());
    const counters = () => subject().counters;

    async function read(at: Date, userIds = ["u1"], projectIds = ["p1"]): Promise<CounterValues> {
      const values = await counters().read({ userIds, projectIds }, at);
      if (values === null) throw new Error("the store is up");
      return values;
    }

    it("counts tokens and requests of the user, and tokens of the project and of the hour", async () => {
      await counters().recordUsage({ at: noon, entries: [entry({ tokens: 40 }), entry({ tokens: 2 })] });
      const values = await read(noon);
      expect(values.users.get("u1")).toEqual({ tokens: 42, requests: 2 });
      expect(values.projects.get("p1")).toEqual({ tokens: 42 });
      expect(values.globalTokensThisHour).toBe(42);
    });

    it("counts usage without a project for the user and the hour alone", async () => {
      await counters().recordUsage({ at: noon, entries: [entry({ projectId: null })] });
      const values = await read(noon);
      expect(values.users.get("u1")).toEqual({ tokens: 10, requests: 1 });
      expect(values.projects.get("p1")).toEqual({ tokens: 0 });
      expect(values.globalTokensThisHour).toBe(10);
    });

    it("counts an entry of an earlier hour of the day for the day, one of yesterday nowhere", async () => {
      await counters().recordUsage({
        at: noon,
        entries: [
          entry({ occurredAt: new Date("2026-03-18T00:00:00Z"), tokens: 5 }),
          entry({ occurredAt: new Date("2026-03-17T23:59:59Z"), tokens: 7 }),
        ],
      });
      const values = await read(noon);
      expect(values.users.get("u1")?.tokens).toBe(5);
      expect(values.globalTokensThisHour).toBe(0);
    });

    it("starts a new hour at zero and goes on with the day", async () => {
      await counters().recordUsage({ at: noon, entries: [entry()] });
      const later = new Date("2026-03-18T13:00:00Z");
      expect((await read(later)).globalTokensThisHour).toBe(0);
      await counters().recordUsage({ at: later, entries: [entry({ occurredAt: later, tokens: 3 })] });
      const values = await read(later);
      expect(values.globalTokensThisHour).toBe(3);
      expect(values.users.get("u1")).toEqual({ tokens: 13, requests: 2 });
    });

    it("starts a new day at zero, of everybody, with its first write", async () => {
      await counters().recordUsage({ at: noon, entries: [entry(), entry({ userId: "u2", projectId: "p2" })] });
      const tomorrow = new Date("2026-03-19T00:00:01Z");
      await counters().recordUsage({ at: tomorrow, entries: [entry({ occurredAt: tomorrow, tokens: 1 })] });
      const values = await read(tomorrow, ["u1", "u2"], ["p1", "p2"]);
      expect(values.users.get("u1")).toEqual({ tokens: 1, requests: 1 });
      expect(values.users.get("u2")).toEqual({ tokens: 0, requests: 0 });
      expect(values.projects.get("p2")).toEqual({ tokens: 0 });
    });

    it("starts a new day at zero when it is rolled over without a write", async () => {
      await counters().recordUsage({ at: noon, entries: [entry()] });
      const tomorrow = new Date("2026-03-19T00:00:00Z");
      expect(await counters().rollOver(tomorrow)).toBe(true);
      expect((await read(tomorrow)).users.get("u1")).toEqual({ tokens: 0, requests: 0 });
    });

    it("keeps a day's counters when it is rolled over twice", async () => {
      await counters().rollOver(noon);
      await counters().recordUsage({ at: noon, entries: [entry()] });
      await counters().rollOver(noon);
      expect((await read(noon)).users.get("u1")).toEqual({ tokens: 10, requests: 1 });
    });

    it("adds nothing of a replica whose clock is still on yesterday", async () => {
      const today = new Date("2026-03-19T00:00:01Z");
      const yesterday = new Date("2026-03-18T23:59:59Z");
      await counters().recordUsage({ at: today, entries: [entry({ occurredAt: today })] });
      await counters().recordUsage({ at: yesterday, entries: [entry({ occurredAt: yesterday, tokens: 99 })] });
      const values = await read(today);
      expect(values.users.get("u1")).toEqual({ tokens: 10, requests: 1 });
      expect(values.globalTokensThisHour).toBe(10);
    });

    it("puts the whole truth in the place of what is there", async () => {
      await counters().recordUsage({ at: noon, entries: [entry(), entry({ userId: "gone", projectId: "gone" })] });
      expect(await counters().replaceAll(truth, noon)).toBe("replaced");
      const values = await read(noon, ["u1", "gone"], ["p1", "gone"]);
      expect(values.users.get("u1")).toEqual({ tokens: 7, requests: 3 });
      expect(values.users.get("gone")).toEqual({ tokens: 0, requests: 0 });
      expect(values.projects.get("p1")).toEqual({ tokens: 6 });
      expect(values.projects.get("gone")).toEqual({ tokens: 0 });
      expect(values.globalTokensThisHour).toBe(5);
    });

    it("counts on from the truth, and resets it with the next day", async () => {
      await counters().replaceAll(truth, noon);
      await counters().recordUsage({ at: noon, entries: [entry()] });
      expect((await read(noon)).users.get("u1")).toEqual({ tokens: 17, requests: 4 });
      const tomorrow = new Date("2026-03-19T08:00:00Z");
      await counters().rollOver(tomorrow);
      expect((await read(tomorrow)).users.get("u1")).toEqual({ tokens: 0, requests: 0 });
    });

    it("leaves everything as it is when a write came between", async () => {
      const version = (await counters().version()) ?? Number.NaN;
      await counters().recordUsage({ at: noon, entries: [entry()] });
      expect(await counters().replaceAll(truth, noon, { ifVersion: version })).toBe("moved");
      expect((await read(noon)).users.get("u1")).toEqual({ tokens: 10, requests: 1 });
      const now = (await counters().version()) ?? Number.NaN;
      expect(await counters().replaceAll(truth, noon, { ifVersion: now })).toBe("replaced");
    });

    it("keeps ids apart, whatever characters they have", async () => {
      const id = fc.string({ minLength: 1, maxLength: 30, unit: "grapheme" });
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(id, { minLength: 1, maxLength: 6 }), async (ids) => {
          await subject().reset();
          const entries = ids.map((userId, n) => entry({ userId, projectId: userId, tokens: 2 ** n }));
          await counters().recordUsage({ at: noon, entries });
          const values = await read(noon, ids, ids);
          for (const [n, userId] of ids.entries()) {
            expect(values.users.get(userId)).toEqual({ tokens: 2 ** n, requests: 1 });
            expect(values.projects.get(userId)).toEqual({ tokens: 2 ** n });
          }
        }),
        { numRuns: 25 },
      );
    });

    it("counts every one of many writes at once", async () => {
      const writes = Array.from({ length: 50 }, () => counters().recordUsage({ at: noon, entries: [entry()] }));
      await Promise.all(writes);
      expect((await read(noon)).users.get("u1")).toEqual({ tokens: 500, requests: 50 });
    });
  });
}

const truth: CounterValues = {
  users: new Map([["u1", { tokens: 7, requests: 3 }]]),
  projects: new Map([["p1", { tokens: 6 }]]),
  globalTokensThisHour: 5,
};

function entry(overrides: Partial<CountedEntry> = {}): CountedEntry {
  return { userId: "u1", projectId: "p1", tokens: 10, requests: 1, occurredAt: noon, ...overrides };
}
