import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batchDeltas } from "../../src/ingestion/batch-deltas.js";
import { timeBoundaries } from "../../src/periods.js";
import type { AppMetricsStore } from "../../src/stores/app-metrics-store.js";
import { type AppEvent, effectiveTime } from "../../src/stores/event-store.js";
import { createAppMetricsStore } from "../../src/stores/postgres/app-metrics-store.js";
import { createEventStore } from "../../src/stores/postgres/event-store.js";
import { appEvent, eventBatch } from "../support/app-events.js";
import { createTestDatabase, type TestDatabase } from "../support/postgres.js";

const firstDay = Date.parse("2026-03-27T00:00:00Z");
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

type Stored = { projectId: string; event: AppEvent };

let database: TestDatabase;
let metrics: AppMetricsStore;
let stored: Stored[];

beforeAll(async () => {
  database = await createTestDatabase();
  metrics = createAppMetricsStore(database.pool);
  stored = [];
  const store = createEventStore({ pool: database.pool, deltasOf: batchDeltas });
  for (const projectId of ["p1", "p2"]) {
    const { rows } = await database.pool.query<{ project_key: number }>(
      "insert into project (id, name, created_at, named_at) values ($1, $1, now(), now()) returning project_key",
      [projectId],
    );
    const events = makeEvents(projectId === "p1" ? 800 : 200);
    await store.append([eventBatch(rows[0]?.project_key ?? 0, events)]);
    stored.push(...events.map((event) => ({ projectId, event })));
  }
});

afterAll(async () => {
  await database.drop();
});

/** Events of four days about the start of summer time, some of them by clocks that were off, some exactly on bounds. */
function makeEvents(count: number): AppEvent[] {
  return Array.from({ length: count }, (_, n) => {
    const at = firstDay + ((n * 7_919) % (4 * 24 * 60)) * minuteMs + (n % 3) * 137;
    return appEvent({
      eventId: `event-${n}`,
      at,
      sessionId: `session-${n % 97}`,
      actor: n % 5 === 0 ? undefined : `actor-${n % 31}`,
      correctedAt: n % 11 === 0 ? at - 100 * minuteMs : null,
    });
  });
}

function eventsBetween(from: number, to: number, projectId: string | undefined): Stored[] {
  return stored.filter(({ projectId: project, event }) => {
    const at = effectiveTime(event);
    return at >= from && at < to && (projectId === undefined || project === projectId);
  });
}

function expected(boundaries: readonly number[], projectId: string | undefined) {
  const starts = new Map<string, number>();
  for (const { projectId: project, event } of stored) {
    const key = `${project}/${event.sessionId}`;
    starts.set(key, Math.min(starts.get(key) ?? Number.POSITIVE_INFINITY, effectiveTime(event)));
  }
  const intervals = boundaries.slice(1).map((to, n) => ({ from: boundaries[n] as number, to }));
  return {
    events: intervals.map(({ from, to }) => eventsBetween(from, to, projectId).length),
    sessions: intervals.map(
      ({ from, to }) =>
        [...starts].filter(
          ([key, at]) => at >= from && at < to && (projectId === undefined || key.startsWith(`${projectId}/`)),
        ).length,
    ),
    users: intervals.map(
      ({ from, to }) =>
        new Set(
          eventsBetween(from, to, projectId).flatMap(({ projectId: project, event }) =>
            event.actor === null ? [] : [`${project}/${event.actor.id}`],
          ),
        ).size,
    ),
  };
}

async function answered(boundaries: readonly number[], projectId: string | undefined) {
  return {
    events: await metrics.appEventsBy(boundaries, projectId),
    sessions: await metrics.appSessionsBy(boundaries, projectId),
    users: await metrics.activeUsersBy(boundaries, projectId),
  };
}

describe("app metrics", () => {
  it("agree with the events one by one, in any time zone, for any window and granularity", async () => {
    const window = fc
      .tuple(
        fc.integer({ min: -600, max: 5 * 24 * 60 }),
        fc.integer({ min: 1, max: 3 * 24 * 60 }),
        fc.constantFrom(0, 1, 137),
        fc.constantFrom("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati"),
      )
      .map(([start, minutes, offset, tz]) => {
        const from = firstDay + start * minuteMs + offset;
        return { from, to: from + minutes * minuteMs, tz, order: "asc" as const, label: "custom" };
      });
    const granularity = fc.constantFrom("hour" as const, "day" as const, "week" as const, "month" as const);
    const project = fc.constantFrom(undefined, "p1", "p2");
    await fc.assert(
      fc.asyncProperty(window, granularity, project, async (window, granularity, projectId) => {
        const boundaries = timeBoundaries(window, granularity);
        expect(await answered(boundaries, projectId)).toEqual(expected(boundaries, projectId));
      }),
      { numRuns: 80 },
    );
  }, 60_000);

  it("count the same person on two days once a day and once a week", async () => {
    const days = [0, 1, 2, 3, 4].map((day) => firstDay + day * dayMs);
    const byDay = await metrics.activeUsersBy(days, "p1");
    expect(byDay.every((users) => users > 0)).toBe(true);
    const [inAll] = await metrics.activeUsersBy([firstDay, firstDay + 4 * dayMs], "p1");
    expect(inAll).toBe(31);
    expect(inAll).toBeLessThan(byDay.reduce((sum, users) => sum + users, 0));
  });

  it("count nothing for a project that is not there, and where nothing happened", async () => {
    const days = [firstDay, firstDay + dayMs, firstDay + 2 * dayMs];
    expect(await answered(days, "nobody")).toEqual({ events: [0, 0], sessions: [0, 0], users: [0, 0] });
    const empty = [firstDay - 10 * dayMs, firstDay - 9 * dayMs];
    expect(await answered(empty, undefined)).toEqual({ events: [0], sessions: [0], users: [0] });
  });
});
