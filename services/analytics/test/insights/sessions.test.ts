import { sessionsSchema, sessionTimelineSchema } from "@mobigen/analytics-contract";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { idKey } from "../../src/ingestion/ids.js";
import { countryOf } from "../../src/insights/countries.js";
import { instant, readQuestion } from "../../src/insights/question.js";
import { readSession, readSessions } from "../../src/insights/sessions.js";
import { orNull } from "../../src/insights/timeline.js";
import { type AppEvent, effectiveTime } from "../../src/stores/event-store.js";
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
import { readAll } from "../support/read-all.js";

let world: InsightWorld;
beforeAll(async () => {
  world = await createInsightWorld();
});
afterAll(() => world.drop());

const limit = fc.constantFrom(1, 3, 50);

/** Sessions by their id, as one by one comes to. */
function knownSessions(): Map<string, KnownSession & { id: string; key: string; events: AppEvent[] }> {
  const ids = [...new Set(world.events.map(({ sessionId }) => sessionId))];
  const figures = sessionsOf(world);
  return new Map(
    ids.map((key, n) => {
      const events = world.events.filter(({ sessionId }) => sessionId === key);
      const known = figures[n];
      if (known === undefined) throw new Error("a session has figures");
      const id = events[0]?.sessionIdText ?? key;
      return [id, { ...known, id, key, events }];
    }),
  );
}

const textOf = (actorKey: string): string | undefined =>
  world.events.find(({ actor }) => actor?.id === actorKey)?.actor?.text;

describe("the list", () => {
  it("has the sessions that began in the window and pass every filter, in order, page by page", async () => {
    const sessions = [...knownSessions().values()];
    const more = fc.record(
      {
        actor: fc.constantFrom("actor-7", "actor-31", "nobody"),
        minSeconds: fc.constantFrom(0, 1, 60, 86_400),
        minEvents: fc.constantFrom(1, 4, 7),
        order: fc.constantFrom("asc" as const, "desc" as const),
      },
      { requiredKeys: [] },
    );
    const filters = someFilters("platform", "version", "country");
    await fc.assert(
      fc.asyncProperty(someWindow, filters, more, limit, async (window, filters, more, limit) => {
        const question = readQuestion(world.project, { ...window, ...filters }, worldNow);
        const items = await readAll(async (cursor) => {
          const page = await readSessions(world.stores.sessions, question, { ...more, limit, cursor });
          expect(sessionsSchema.parse(page)).toEqual(page);
          return page;
        });
        const expected = sessions
          .filter(
            ({ startedAt, lastAt, actor, events, device }) =>
              startedAt >= question.window.from &&
              startedAt < question.window.to &&
              isOn(device, question.filter) &&
              (more.actor === undefined || actor === idKey(more.actor).uuid) &&
              (more.minSeconds === undefined || lastAt - startedAt >= more.minSeconds * 1_000) &&
              (more.minEvents === undefined || events.length >= more.minEvents),
          )
          .sort((a, b) => a.startedAt - b.startedAt || (a.key < b.key ? -1 : 1));
        if (more.order !== "asc") expected.reverse();
        expect([world.seed, items.map(({ sessionId }) => sessionId)]).toEqual([
          world.seed,
          expected.map(({ id }) => id),
        ]);
      }),
      { numRuns: 80 },
    );
  }, 120_000);

  it("shows of each what its events come to", async () => {
    const known = knownSessions();
    const question = readQuestion(world.project, { period: "all" }, worldNow);
    const items = await readAll((cursor) => readSessions(world.stores.sessions, question, { limit: 200, cursor }));
    for (const item of items) {
      const session = known.get(item.sessionId);
      expect(item).toEqual({
        sessionId: session?.id,
        startedAt: instant(session?.startedAt ?? 0),
        lastEventAt: instant(session?.lastAt ?? 0),
        durationSeconds: ((session?.lastAt ?? 0) - (session?.startedAt ?? 0)) / 1_000,
        events: session?.events.length,
        screens: session?.screens,
        actor: session?.actor == null ? null : { id: textOf(session.actor), kind: "anonymous" },
        device: Object.fromEntries(
          Object.entries(session?.device ?? {}).map(([name, text]) => [name, text === "" ? null : text]),
        ),
      });
    }
  });

  it("refuses a cursor of another list", async () => {
    const question = readQuestion(world.project, { period: "all" }, worldNow);
    const cursor = Buffer.from(JSON.stringify([1, "'; --"])).toString("base64url");
    await expect(readSessions(world.stores.sessions, question, { cursor })).rejects.toMatchObject({
      code: "invalid_query",
    });
  });
});

describe("one session", () => {
  it("has its events in the order of their times, page by page, with what each said", async () => {
    const known = [...knownSessions().values()];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...known), limit, async ({ id, events }, limit) => {
        const items = await readAll(async (cursor) => {
          const page = await readSession(world.stores.sessions, world.project, id, { limit, cursor });
          expect(sessionTimelineSchema.parse(page)).toEqual(page);
          expect(page.session.events).toBe(events.length);
          return page;
        });
        expect([world.seed, items]).toEqual([
          world.seed,
          events
            .toSorted(
              (a, b) =>
                effectiveTime(a) - effectiveTime(b) ||
                (a.eventId === b.eventId ? a.occurredAt - b.occurredAt : a.eventId < b.eventId ? -1 : 1),
            )
            .map((event) => ({
              eventId: event.eventIdText,
              timestamp: instant(effectiveTime(event)),
              receivedAt: instant(event.receivedAt),
              type: event.type,
              name: orNull(event.name),
              sessionId: id,
              actor: event.actor === null ? null : { id: event.actor.text, kind: "anonymous" },
              platform: orNull(event.device.platform),
              appVersion: orNull(event.device.appVersion),
              country: countryOf(event.device.timezone),
              isBot: false,
              properties: event.properties === null ? null : JSON.parse(event.properties),
            })),
        ]);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it("is unknown where there is none, and to other apps", async () => {
    const { sessions } = world.stores;
    await expect(readSession(sessions, world.project, "nothing", {})).rejects.toMatchObject({ code: "not_found" });
    const other = { ...world.project, projectKey: world.project.projectKey + 1_000 };
    await expect(readSession(sessions, other, "session-7", {})).rejects.toMatchObject({ code: "not_found" });
  });
});
