import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createEventBuffer } from "../../src/ingestion/event-buffer.js";
import type { AppEvent, EventBatch, EventStore } from "../../src/stores/event-store.js";
import { createVerifyStore } from "../../src/stores/postgres/verify-store.js";
import { appEvent, eventBatch } from "../support/app-events.js";
import { countDeadlocks, createEventDatabase, type EventDatabase } from "../support/event-database.js";

let db: EventDatabase;
let store: EventStore;
let count: EventDatabase["count"];
let expectNoDifferences: EventDatabase["expectNoDifferences"];

beforeAll(async () => {
  db = await createEventDatabase();
  ({ store, count, expectNoDifferences } = db);
});

beforeEach(() => db.empty());

afterAll(() => db.drop());

function batch(sent: AppEvent[], project = 0): EventBatch {
  return eventBatch(db.projectKeys[project] as number, sent);
}

function eventsOf(count: number, more: Partial<Parameters<typeof appEvent>[0]> = {}): AppEvent[] {
  const start = Date.parse("2026-01-03T12:00:00Z");
  return Array.from({ length: count }, (_, n) =>
    appEvent({ eventId: `event-${n}`, at: start + n * 60_000, actor: "ada", ...more }),
  );
}

describe("append", () => {
  it("stores every field as it was accepted", async () => {
    const properties = { text: 'tab\t newline\n return\r backslash\\ quote" \\N \\u0041 ü 😀', list: [1, null] };
    const event = appEvent({
      eventId: "tab-free id \\ with 'quotes'",
      at: "2026-01-03T12:00:00.123Z",
      correctedAt: Date.parse("2026-01-03T13:00:00.456Z"),
      actor: "ada",
      country: "DE",
      isBot: true,
      properties: JSON.stringify(properties),
    });
    await store.append([batch([event])]);
    const { rows } = await db.pool.query(
      `select occurred_at, received_at, corrected_at, event_id, event_id_text, session_id, actor_id, country, is_bot, properties,
         event_name.type, event_name.name, platform, model
       from app_event join event_name using (name_key) join device_profile using (device_key)`,
    );
    expect(rows).toEqual([
      {
        occurred_at: new Date("2026-01-03T12:00:00.123Z"),
        received_at: new Date(event.receivedAt),
        corrected_at: new Date("2026-01-03T13:00:00.456Z"),
        event_id: event.eventId,
        event_id_text: event.eventIdText,
        session_id: event.sessionId,
        actor_id: event.actor?.id,
        country: "DE",
        is_bot: true,
        properties,
        type: "screen_view",
        name: "Home",
        platform: "ios",
        model: "",
      },
    ]);
    await expectNoDifferences();
  });

  it("notes the days of events whose clock was corrected, by the quarter of an hour that they count in", async () => {
    const corrected = (eventId: string, at: string, correctedAt: string) =>
      appEvent({ eventId, at, correctedAt: Date.parse(correctedAt) });
    const first = [
      corrected("a", "2026-01-03T23:59:59.999Z", "2026-01-04T01:14:59.999Z"),
      corrected("b", "2026-01-03T00:00:00Z", "2026-01-04T01:00:00Z"),
      corrected("years off", "2019-02-01T12:00:00Z", "2026-01-03T12:00:00Z"),
      appEvent({ eventId: "c", at: "2026-01-03T12:00:00Z" }),
    ];
    await store.append([batch(first)]);
    // Beside retries rows are written in another way.
    await store.append([batch([...first, corrected("d", "2026-01-02T10:00:00Z", "2026-01-04T01:15:00Z")])]);
    const { rows } = await db.pool.query(
      "select bucket, day::text from corrected_day where project_key = $1 order by bucket, day",
      [db.projectKeys[0]],
    );
    expect(rows).toEqual([
      { bucket: new Date("2026-01-03T12:00:00Z"), day: "2019-02-01" },
      { bucket: new Date("2026-01-04T01:00:00Z"), day: "2026-01-03" },
      { bucket: new Date("2026-01-04T01:15:00Z"), day: "2026-01-02" },
    ]);
    await expectNoDifferences();

    await db.pool.query("delete from corrected_day where day = '2019-02-01'");
    const checks = await createVerifyStore(db.pool).recount(5);
    expect(checks.flatMap(({ name, differences }) => (differences > 0 ? [[name, differences]] : []))).toEqual([
      ["corrected_day", 1],
    ]);
  });

  it("stores a batch that comes twice once, and says so", async () => {
    const events = eventsOf(100);
    expect(await store.append([batch(events)])).toEqual([{ duplicates: 0 }]);
    expect(await store.append([batch(events)])).toEqual([{ duplicates: 100 }]);
    expect(await count("app_event")).toBe(100);
    await expectNoDifferences();
  });

  it("stores what is new of a batch that is known in part, in any other batch", async () => {
    const events = eventsOf(10);
    await store.append([batch(events.slice(0, 4))]);
    const again = [batch(events.slice(2, 7)), batch(eventsOf(3, { sessionId: "other" }), 1)];
    expect(await store.append(again)).toEqual([{ duplicates: 2 }, { duplicates: 0 }]);
    expect(await count("app_event")).toBe(10);
    await expectNoDifferences();
  });

  it("counts repeats inside one flush against the later batch, and inside one batch against itself", async () => {
    const events = eventsOf(3);
    const outcomes = await store.append([batch([...events, ...events.slice(0, 1)]), batch(events), batch(events, 1)]);
    expect(outcomes).toEqual([{ duplicates: 1 }, { duplicates: 3 }, { duplicates: 0 }]);
    expect(await count("app_event")).toBe(6);
    await expectNoDifferences();
  });

  it("tells events apart by their time, too", async () => {
    const at = (time: string) => appEvent({ eventId: "same", at: `2026-01-03T${time}Z` });
    await store.append([batch([at("12:00:00.000"), at("12:00:00.001")])]);
    expect(await count("app_event")).toBe(2);
  });

  it("does nothing for no events", async () => {
    expect(await store.append([])).toEqual([]);
    expect(await store.append([batch([])])).toEqual([{ duplicates: 0 }]);
  });

  it("moves a session's start and its count when an earlier event comes late", async () => {
    await store.append([batch([appEvent({ eventId: "b", at: "2026-01-03T12:20:00Z" })])]);
    await store.append([batch([appEvent({ eventId: "a", at: "2026-01-03T12:10:00Z" })])]);
    const { rows: sessions } = await db.pool.query("select started_at, last_event_at, events, screens from session");
    expect(sessions).toEqual([
      {
        started_at: new Date("2026-01-03T12:10:00Z"),
        last_event_at: new Date("2026-01-03T12:20:00Z"),
        events: 2,
        screens: 2,
      },
    ]);
    const { rows } = await db.pool.query("select bucket, events, sessions from project_rollup order by bucket");
    expect(rows).toEqual([
      { bucket: new Date("2026-01-03T12:00:00Z"), events: 1, sessions: 1 },
      { bucket: new Date("2026-01-03T12:15:00Z"), events: 1, sessions: 0 },
    ]);
    await expectNoDifferences();
  });

  it("keeps everything that was committed when a flush fails, and nothing of the flush", async () => {
    await store.append([batch(eventsOf(2))]);
    const orphan = eventBatch(999_999, eventsOf(1));
    await expect(store.append([batch(eventsOf(5)), orphan])).rejects.toMatchObject({ code: "23503" });
    expect(await count("app_event")).toBe(2);
    await expectNoDifferences();
  });
});

describe("append through the buffer", () => {
  it("fails one poisoned batch alone and stores its neighbours", async () => {
    const buffer = createEventBuffer({
      append: store.append,
      maxQueuedEvents: 1_000,
      maxQueuedBytes: 10_000_000,
      maxFlushEvents: 1_000,
      flushIntervalMs: 5,
      concurrentFlushes: 1,
    });
    const project = { projectKey: db.projectKeys[0] as number, id: "p1", timezone: "UTC", eventsPerMinute: 1_000 };
    // A country that no check has let through: the column takes no NUL.
    const poison = appEvent({ eventId: "poison", at: "2026-01-03T12:00:00Z", country: "\u0000" });
    const replies = await Promise.allSettled([
      ...eventsOf(5).map((event) => buffer.submit(project, batch([event]))),
      buffer.submit(project, batch([poison])),
    ]);
    expect(replies.map((reply) => reply.status)).toEqual([...Array(5).fill("fulfilled"), "rejected"]);
    expect(await count("app_event")).toBe(5);
    await expectNoDifferences();
  });
});

describe("two replicas", () => {
  let replicas: EventStore[];

  beforeAll(() => {
    replicas = [db.addReplica(), db.addReplica()];
  });

  it("store the same batches once when they get them at once", async () => {
    for (let round = 0; round < 10; round += 1) {
      const events = eventsOf(200, { sessionId: `round-${round}`, name: `name-${round}` }).map((event) => ({
        ...event,
        eventId: randomUUID(),
        device: { ...event.device, model: `model-${round}` },
      }));
      const outcomes = await Promise.all(
        replicas.flatMap((replica) => [replica.append([batch(events)]), replica.append([batch(events)])]),
      );
      expect(outcomes.flat().reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(600);
    }
    expect(await count("app_event")).toBe(2_000);
    await expectNoDifferences();
  });

  it("never dead-lock on projects, sessions and actors that they share", async () => {
    const before = await countDeadlocks(db.pool);
    const random = (bound: number) => Math.floor(Math.random() * bound);
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let round = 0; round < 15; round += 1) {
        const batches = [0, 1, 2].map((project) => {
          const events = Array.from({ length: 20 }, (_, n) =>
            appEvent({
              eventId: `${writer % 4}-${round}-${n}`,
              at: Date.parse("2026-01-03T12:00:00Z") + random(100) * 60_000,
              sessionId: `session-${random(10)}`,
              actor: `actor-${random(10)}`,
              name: `name-${random(5)}`,
            }),
          );
          return batch(events, project);
        });
        await (replicas[writer % 2] as EventStore).append(writer % 3 === 0 ? batches.toReversed() : batches);
      }
    });
    await Promise.all(writers);
    expect(await countDeadlocks(db.pool)).toBe(before);
    await expectNoDifferences();
  });
});

it("keeps rollups, sessions and actors what a recount of the rows gives, whatever comes in whatever order", async () => {
  const start = Date.parse("2026-01-03T23:00:00Z");
  const sentEvent = fc.record({
    project: fc.nat(1),
    id: fc.nat(40),
    minute: fc.nat(120),
    session: fc.nat(4),
    actor: fc.option(fc.nat(3), { nil: undefined }),
    type: fc.constantFrom("screen_view", "tap"),
    skewMinutes: fc.option(fc.integer({ min: -90, max: 90 }), { nil: undefined, freq: 3 }),
    model: fc.constantFrom("", "Pixel"),
  });
  const flushes = fc.array(fc.array(sentEvent, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc
      .asyncProperty(flushes, async (sent) => {
        const identities = new Set<string>();
        let duplicates = 0;
        for (const flush of sent) {
          const batches = flush.map(({ project, id, minute, session, actor, type, skewMinutes, model }) => {
            const at = start + minute * 60_000;
            identities.add(`${project}/${id}/${at}`);
            const correctedAt = skewMinutes === undefined ? null : at + skewMinutes * 60_000;
            const event = appEvent({
              eventId: `event-${id}`,
              at,
              sessionId: `session-${session}`,
              actor: actor === undefined ? undefined : `actor-${actor}`,
              type,
              correctedAt,
            });
            return batch([{ ...event, device: { ...event.device, model } }], project);
          });
          for (const outcome of await store.append(batches)) duplicates += outcome.duplicates;
        }
        expect(await count("app_event")).toBe(identities.size);
        expect(duplicates).toBe(sent.flat().length - identities.size);
        await expectNoDifferences();
      })
      .beforeEach(() => db.empty()),
    { numRuns: 60 },
  );
}, 60_000);
