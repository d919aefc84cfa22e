import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseMoney, sumMoney } from "../../src/money.js";
import { timeBoundaries } from "../../src/periods.js";
import { createAppMetricsStore } from "../../src/stores/postgres/app-metrics-store.js";
import { createFleetStore } from "../../src/stores/postgres/fleet-store.js";
import { createMetricsStore } from "../../src/stores/postgres/metrics-store.js";
import type { TimeWindow } from "../../src/types.js";
import {
  type Act,
  type ActDatabase,
  act,
  actEvents,
  callCost,
  createActDatabase,
  dayMs,
  days,
  firstDay,
  minuteMs,
} from "../support/acts.js";

// Whatever is read from the sums of closed days is what the acts come to, one by one.

let db: ActDatabase;
let acts: Act[];

beforeAll(async () => {
  db = await createActDatabase();
  acts = fc.sample(act, { numRuns: 220, seed: 5 });
  // Closed in between, so that much comes late; the last are noted and not moved yet, and the last days are open.
  for (const [n, what] of acts.entries()) {
    await db.apply(what);
    if (n === 80) await db.bringUpToDate(4);
    if (n === 150) await db.bringUpToDate(8);
  }
}, 120_000);
afterAll(() => db.database.drop());

const timeOf = ({ minute }: Act): number => firstDay + minute * minuteMs;
const within = (window: TimeWindow) => (one: Act) => timeOf(one) >= window.from && timeOf(one) < window.to;

function costOf(calls: readonly Act[]): string {
  return sumMoney(calls.filter(({ minute }) => minute % 5 !== 0).map(() => parseMoney(callCost))).toFixed();
}

function actorsIn(window: TimeWindow, project: string): Set<string> {
  const here = acts.filter((one) => one.kind === "app" && one.project === project && one.who !== "nobody");
  return new Set(here.filter(within(window)).map(({ who }) => who));
}

/** When each session of a project began: there is one for each who. */
function beginnings(project: string): number[] {
  const first = new Map<string, number>();
  for (const one of acts) {
    if (one.kind !== "app" || one.project !== project) continue;
    first.set(one.who, Math.min(first.get(one.who) ?? Number.POSITIVE_INFINITY, timeOf(one)));
  }
  return [...first.values()];
}

function sessionsIn({ from, to }: TimeWindow, project: string): number {
  return beginnings(project).filter((at) => at >= from && at < to).length;
}

function countsOf(project: string, window: TimeWindow) {
  const here = acts.filter((one) => one.project === project).filter(within(window));
  const calls = here.filter(({ kind, who }) => kind === "usage" && who !== "nobody");
  const happened = (event: string) =>
    here.filter(({ kind, minute }) => kind === "platform" && actEvents[minute % actEvents.length] === event).length;
  return {
    events: here.filter(({ kind }) => kind === "app").length,
    sessions: sessionsIn(window, project),
    activeUsers: actorsIn(window, project).size,
    generations: happened("generation.completed"),
    generationFailures: happened("generation.failed"),
    builds: happened("build.completed"),
    buildFailures: happened("build.failed"),
    requests: calls.length,
    tokens: calls.length * 30,
    cost: costOf(calls),
  };
}

const window: fc.Arbitrary<TimeWindow> = fc
  .tuple(
    fc.integer({ min: -2 * 24 * 60, max: days * 24 * 60 }),
    fc.integer({ min: 1, max: 8 * 24 * 60 }),
    fc.constantFrom(0, 1, 1_234),
  )
  .map(([start, length, offset]) => {
    const from = firstDay + start * minuteMs + offset;
    return { from, to: from + length * minuteMs };
  });
const wholeDays: fc.Arbitrary<TimeWindow> = fc
  .tuple(fc.integer({ min: -2, max: days }), fc.integer({ min: 1, max: 9 }))
  .map(([start, length]) => ({ from: firstDay + start * dayMs, to: firstDay + (start + length) * dayMs }));
const projects = ["p1", "p2", "p3"];

describe("with most days closed and something late", () => {
  it("the fleet's numbers agree with what was done, for any two windows", async () => {
    const store = createFleetStore(db.database.pool);
    const two = fc.tuple(fc.oneof(window, wholeDays), fc.oneof(window, wholeDays));
    await fc.assert(
      fc.asyncProperty(two, async ([now, before]) => {
        const rows = await store.projects(now, before);
        const found = rows.map((row) => ({
          id: row.id,
          now: { ...row.now, cost: row.now.cost.toFixed() },
          before: { ...row.before, cost: row.before.cost.toFixed() },
          retainedUsers: row.retainedUsers,
        }));
        expect(found).toEqual(
          projects.map((id) => ({
            id,
            now: countsOf(id, now),
            before: countsOf(id, before),
            retainedUsers: [...actorsIn(now, id)].filter((who) => actorsIn(before, id).has(who)).length,
          })),
        );
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it.each(["UTC", "Asia/Kathmandu"])("its sparklines too, in %s", async (tz) => {
    const all = {
      from: firstDay - dayMs,
      to: firstDay + days * dayMs - 7 * minuteMs,
      tz,
      order: "asc" as const,
      label: "",
    };
    const boundaries = timeBoundaries(all, "day");
    const lines = await createFleetStore(db.database.pool).sparklines(["p1", "p3", "unknown"], boundaries);
    expect([...lines.keys()]).toEqual(["p1", "p3", "unknown"]);
    for (const [id, { events, cost }] of lines) {
      const expected = boundaries.slice(1).map((to, n) => countsOf(id, { from: boundaries[n] ?? 0, to }));
      expect(events).toEqual(expected.map((counts) => counts.events));
      expect(cost.map((amount) => amount.toFixed())).toEqual(expected.map((counts) => counts.cost));
    }
  });

  it("the platform's series of apps too, in any zone and granularity", async () => {
    const store = createAppMetricsStore(db.database.pool);
    const zone = fc.constantFrom("UTC", "UTC", "Europe/Berlin", "America/St_Johns");
    const granularity = fc.constantFrom("hour" as const, "day" as const, "week" as const, "month" as const);
    await fc.assert(
      fc.asyncProperty(fc.oneof(window, wholeDays), zone, granularity, async (asked, tz, granularity) => {
        const boundaries = timeBoundaries({ ...asked, tz, order: "asc", label: "" }, granularity);
        const intervals = boundaries.slice(1).map((to, n) => ({ from: boundaries[n] ?? 0, to }));
        const sum = (of: (interval: TimeWindow, project: string) => number) =>
          intervals.map((interval) => projects.reduce((total, project) => total + of(interval, project), 0));
        expect({
          events: await store.appEventsBy(boundaries),
          sessions: await store.appSessionsBy(boundaries),
          users: await store.activeUsersBy(boundaries),
        }).toEqual({
          events: sum((interval, project) => countsOf(project, interval).events),
          sessions: sum(sessionsIn),
          users: sum((interval, project) => actorsIn(interval, project).size),
        });
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it("the dashboard's totals of all time too", async () => {
    const { totals, topProjects } = await createMetricsStore(db.database.pool).overview([], 10);
    const calls = acts.filter(({ kind }) => kind === "usage");
    const happened = (event: string) =>
      acts.filter(({ kind, minute }) => kind === "platform" && actEvents[minute % actEvents.length] === event).length;
    expect({ ...totals, cost: totals.cost.toFixed() }).toEqual({
      projects: 3,
      generations: happened("generation.completed"),
      generationFailures: happened("generation.failed"),
      builds: happened("build.completed"),
      buildFailures: happened("build.failed"),
      tokens: calls.length * 30,
      cost: costOf(calls),
    });
    const always = { from: firstDay, to: firstDay + days * dayMs };
    const expected = projects.map((id) => ({ id, ...countsOf(id, always) }));
    expected.sort((a, b) => b.tokens - a.tokens || (a.id < b.id ? -1 : 1));
    expect(topProjects).toEqual(expected.map(({ id, tokens, generations }) => ({ id, name: id, tokens, generations })));
  });
});
