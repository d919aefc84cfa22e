import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { acceptPlatformEvent, type PlatformEventDraft } from "../../src/platform-event.js";
import type { PlatformEvent, PlatformEventStore } from "../../src/stores/platform-event-store.js";
import { createPool } from "../../src/stores/postgres/client.js";
import { createPlatformEventStore } from "../../src/stores/postgres/platform-event-store.js";
import { createBindings, platformEventSlice } from "../../src/stores/postgres/slices.js";
import { createTestDatabase, type TestDatabase } from "../support/postgres.js";
import { silentLogger } from "../support/silent-logger.js";
import { eventRollupDifferences } from "../support/usage.js";

let database: TestDatabase;
let store: PlatformEventStore;

beforeAll(async () => {
  database = await createTestDatabase();
  store = createPlatformEventStore(database.pool);
});
beforeEach(() => database.pool.query("truncate platform_event, platform_event_rollup; delete from project"));
afterAll(() => database.drop());

describe("appending platform events", () => {
  it("stores an event once when it comes twice", async () => {
    const event = eventOf({ eventId: "e", event: "generation.completed", projectId: "p" });
    expect(await store.append([event])).toEqual(["stored"]);
    expect(await store.append([{ ...event, receivedAt: event.receivedAt + 1 }])).toEqual(["duplicate"]);
    expect(await counts()).toEqual({ rows: 1, events: 1 });
  });

  it("refuses another event under the same id and keeps the first", async () => {
    await store.append([eventOf({ eventId: "e", event: "build.completed" })]);
    expect(await store.append([eventOf({ eventId: "e", event: "build.failed" })])).toEqual(["conflict"]);
    expect(await counts()).toEqual({ rows: 1, events: 1 });
  });

  it("judges equal ids inside one call by the first of them", async () => {
    const event = eventOf({ eventId: "e", event: "user.login" });
    expect(await store.append([event, event, eventOf({ eventId: "e", event: "user.created" })])).toEqual([
      "stored",
      "duplicate",
      "conflict",
    ]);
  });

  it("keeps metadata as they were sent", async () => {
    const metadata = { template: "ecommerce", deep: { list: [1, 0.1, null, true, "ü😀"] }, "": "" };
    await store.append([
      eventOf({ eventId: "e", event: "any.thing", metadata }),
      eventOf({ eventId: "f", event: "any.thing" }),
    ]);
    const { rows } = await database.pool.query("select metadata from platform_event order by event_id");
    expect(rows.map((row) => row.metadata)).toEqual([metadata, null]);
  });

  it("stores one of many equal events that race from two pools and counts it once", async () => {
    const other = createPool({ url: database.url, max: 5, applicationName: "other", logger: silentLogger });
    const stores = [store, createPlatformEventStore(other)];
    const events = Array.from({ length: 20 }, (_, n) =>
      eventOf({ eventId: `e${n}`, event: n % 2 === 0 ? "project.created" : "user.login", projectId: `p${n % 4}` }),
    );
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, n) => stores[n % 2]?.append(n % 3 === 0 ? events.toReversed() : events)),
    );
    await other.end();
    expect(outcomes.flat().filter((outcome) => outcome === "stored")).toHaveLength(20);
    expect(await counts()).toEqual({ rows: 20, events: 20 });
    expect(await eventRollupDifferences(database.pool)).toEqual([]);
  });
});

describe("the registry of projects", () => {
  it("registers a created project with its name, owner and time", async () => {
    await store.append([eventOf({ eventId: "e", event: "project.created", metadata: { name: "My App" } })]);
    expect(await projects()).toEqual([
      { id: "p", name: "My App", owner_id: "u", created_at: new Date("2026-06-15T12:00:00Z"), deleted_at: null },
    ]);
  });

  it("calls a project without a name by its id, until any event names it", async () => {
    await store.append([eventOf({ eventId: "e", event: "project.created" })]);
    expect((await projects())[0]?.name).toBe("p");
    const timestamp = "2026-06-15T11:00:00Z";
    await store.append([eventOf({ eventId: "f", event: "project.renamed", metadata: { name: "Named" }, timestamp })]);
    expect((await projects())[0]?.name).toBe("Named");
  });

  it("does not register a project by other events", async () => {
    await store.append([
      eventOf({ eventId: "e", event: "generation.completed" }),
      eventOf({ eventId: "f", event: "project.renamed", metadata: { name: "X" } }),
      eventOf({ eventId: "g", event: "project.created", projectId: undefined }),
    ]);
    expect(await projects()).toEqual([]);
  });

  it("is not told twice by a duplicate", async () => {
    const created = eventOf({ eventId: "e", event: "project.created", metadata: { name: "Old" } });
    await store.append([created]);
    await database.pool.query("update project set name = 'By hand', named_at = '2026-01-01'");
    await store.append([created]);
    expect((await projects())[0]?.name).toBe("By hand");
  });

  it("leaves a project that was made by hand its owner and time, and takes a newer name", async () => {
    await database.pool.query(
      "insert into project (id, name, owner_id, created_at, named_at) values ('p', 'Hand', 'owner', '2026-06-01', '2026-06-01')",
    );
    await store.append([eventOf({ eventId: "e", event: "project.created", metadata: { name: "Event" } })]);
    expect(await projects()).toMatchObject([{ name: "Event", owner_id: "owner", created_at: new Date("2026-06-01") }]);
    const timestamp = "2026-05-01T00:00:00Z";
    await store.append([eventOf({ eventId: "f", event: "project.renamed", metadata: { name: "Older" }, timestamp })]);
    expect(await projects()).toMatchObject([{ name: "Event" }]);
  });

  it("ends the same whatever order events come in, together or one by one", async () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 5, 15, 12, minute)).toISOString();
    const events = [
      eventOf({ eventId: "1", event: "project.created", timestamp: at(0), metadata: { name: "First" } }),
      eventOf({ eventId: "2", event: "project.renamed", timestamp: at(40), metadata: { name: "Second" } }),
      eventOf({ eventId: "3", event: "project.updated", timestamp: at(50), metadata: { name: "Third" } }),
      eventOf({ eventId: "4", event: "project.deleted", timestamp: at(55) }),
      eventOf({ eventId: "5", event: "project.renamed", timestamp: at(50), metadata: { name: "A tie" } }),
    ];
    const orders = fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length });
    await fc.assert(
      fc.asyncProperty(
        orders,
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 5, maxLength: 5 }),
        async (order, sizes) => {
          await database.pool.query("truncate platform_event, platform_event_rollup; delete from project");
          for (const size of sizes) await store.append(order.splice(0, size));
          expect(await projects()).toEqual([
            { id: "p", name: "Third", owner_id: "u", created_at: new Date(at(0)), deleted_at: new Date(at(55)) },
          ]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("knows of a rename and a deletion that are stored side by side with the registration", async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = `side-${round}`;
      await Promise.all([
        store.append([
          eventOf({ eventId: `${id}c`, event: "project.created", projectId: id, metadata: { name: "Old" } }),
        ]),
        store.append([
          eventOf({
            eventId: `${id}r`,
            event: "project.renamed",
            projectId: id,
            metadata: { name: "New" },
            timestamp: "2026-06-15T12:01:00Z",
          }),
        ]),
        store.append([
          eventOf({ eventId: `${id}d`, event: "project.deleted", projectId: id, timestamp: "2026-06-15T12:02:00Z" }),
        ]),
      ]);
    }
    const rows = await projects();
    expect(rows).toHaveLength(10);
    for (const row of rows) expect(row).toMatchObject({ name: "New", deleted_at: new Date("2026-06-15T12:02:00Z") });
  });
});

describe("the platform event rollup", () => {
  it("equals a recount, and a slice of any window equals a naive one, with every filter", async () => {
    const base = Date.parse("2026-06-15T00:00:00Z");
    const events = Array.from({ length: 300 }, (_, n) =>
      eventOf({
        eventId: `e${n}`,
        event: ["build.completed", "build.failed", "user.login"][n % 3] ?? "",
        userId: n % 4 === 0 ? undefined : `u${n % 2}`,
        projectId: n % 5 === 0 ? undefined : `p${n % 2}`,
        timestamp: new Date(base + ((n * 7_919_317) % 86_400_000)).toISOString(),
      }),
    );
    await Promise.all([0, 1, 2].map((part) => store.append(events.slice(part * 100, part * 100 + 100))));
    expect(await eventRollupDifferences(database.pool)).toEqual([]);

    const offset = fc.integer({ min: -3_600_000, max: 86_400_000 });
    const filter = fc.record(
      {
        userId: fc.constantFrom("u0", "u1"),
        projectId: fc.constantFrom("p0", "p1"),
        event: fc.constantFrom("user.login", ["build.completed", "build.failed"]),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(offset, offset, filter, async (a, b, by) => {
        const window = { from: base + Math.min(a, b), to: base + Math.max(a, b) };
        const bindings = createBindings();
        const slice = platformEventSlice(bindings, window, by);
        const { rows } = await database.pool.query(
          `select coalesce(sum(events), 0)::int as n from ${slice} as slice`,
          bindings.values,
        );
        const own = events.filter(
          (event) =>
            event.occurredAt >= window.from &&
            event.occurredAt < window.to &&
            (by.userId === undefined || event.userId === by.userId) &&
            (by.projectId === undefined || event.projectId === by.projectId) &&
            (by.event === undefined || [by.event].flat().includes(event.event)),
        );
        expect(rows[0].n).toBe(own.length);
      }),
      { numRuns: 60 },
    );
  });
});

function eventOf(more: Partial<PlatformEventDraft> & { eventId: string; event: string }): PlatformEvent {
  const draft = { userId: "u", projectId: "p", timestamp: "2026-06-15T12:00:00Z", ...more };
  const accepted = acceptPlatformEvent(draft, Date.parse("2026-06-15T12:00:30Z"));
  if (accepted.kind === "bad") throw new Error(accepted.fault.reason);
  return accepted.event;
}

async function counts(): Promise<{ rows: number; events: number }> {
  const { rows } = await database.pool.query(
    "select (select count(*) from platform_event) as rows, (select coalesce(sum(events), 0)::bigint from platform_event_rollup) as events",
  );
  return rows[0];
}

async function projects(): Promise<
  { id: string; name: string; owner_id: string; created_at: Date; deleted_at: Date | null }[]
> {
  const { rows } = await database.pool.query(
    "select id, name, owner_id, created_at, deleted_at from project order by id",
  );
  return rows;
}
