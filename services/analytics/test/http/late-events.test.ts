import type { IngestReply, TimeSeries } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createVerifyStore } from "../../src/stores/postgres/verify-store.js";
import { startTestApp, type TestApp } from "../support/app.js";

let app: TestApp;
let key: string;

// The clock stands at 2026-03-18T10:20:30Z.
beforeAll(async () => {
  app = await startTestApp();
  await app.createProject({ id: "shop", eventsPerMinute: 1_000_000 });
  key = (await app.createKey("shop")).key;
});

afterAll(() => app.stop());

type Sent = { eventId: string; timestamp: string; sessionId?: string; userId?: string; anonymousId?: string };

async function send(events: Sent[], sentAt?: string): Promise<IngestReply> {
  const body = { events: events.map((event) => ({ type: "screen_view", sessionId: "visit", ...event })), sentAt };
  const reply = await app.fetchJson<IngestReply>("/api/events", { body, key });
  expect(reply.status).toBe(200);
  return reply.body;
}

/** Values by day, without the days of which there is nothing. */
async function series(metric: string): Promise<Record<string, number>> {
  const { body } = await app.fetchJson<TimeSeries>(`/metrics/timeseries?metric=${metric}&period=40d&projectId=shop`);
  return Object.fromEntries(
    body.data.flatMap(({ timestamp, value }) =>
      value === null || value === 0 ? [] : [[timestamp.slice(5, 10), value]],
    ),
  );
}

async function numbers() {
  const [events, sessions, users] = await Promise.all(["app_events", "app_sessions", "active_users"].map(series));
  return { events, sessions, users };
}

async function rowOf(table: string, columns: string): Promise<unknown> {
  const { rows } = await app.pool.query(`select ${columns} from ${table} order by 1`);
  return rows;
}

it("repair every number that they belong to, however late and in whatever order", async () => {
  await send([{ eventId: "c", timestamp: "2026-03-10T12:00:00Z", anonymousId: "phone" }]);
  expect(await numbers()).toEqual({ events: { "03-10": 1 }, sessions: { "03-10": 1 }, users: { "03-10": 1 } });

  // Three weeks late, and the beginning of the session that is known.
  await send([{ eventId: "a", timestamp: "2026-02-24T12:00:00Z", anonymousId: "phone" }]);
  expect(await numbers()).toEqual({
    events: { "02-24": 1, "03-10": 1 },
    sessions: { "02-24": 1 },
    users: { "02-24": 1, "03-10": 1 },
  });
  expect(await rowOf("actor", "id_text, first_seen_at, last_seen_at")).toEqual([
    {
      id_text: "phone",
      first_seen_at: new Date("2026-02-24T12:00:00Z"),
      last_seen_at: new Date("2026-03-10T12:00:00Z"),
    },
  ]);

  // Between the two: who the session is of stays what the latest event says.
  await send([{ eventId: "b", timestamp: "2026-03-01T12:00:00Z", userId: "ada" }]);
  expect(await numbers()).toEqual({
    events: { "02-24": 1, "03-01": 1, "03-10": 1 },
    sessions: { "02-24": 1 },
    users: { "02-24": 1, "03-01": 1, "03-10": 1 },
  });
  const sessionActor = "(select id_text from actor where actor.actor_id = session.actor_id) as actor";
  expect(await rowOf("session", `events, ${sessionActor}, actor_at`)).toEqual([
    { events: 3, actor: "phone", actor_at: new Date("2026-03-10T12:00:00Z") },
  ]);
});

it("are counted when they happened if the device is stuck in 1970 or years ahead", async () => {
  const before = await numbers();
  // Sent two days after it happened, by the device's own clock.
  const stuck: [Sent[], string] = [
    [{ eventId: "x", timestamp: "1970-01-01T00:05:00Z", sessionId: "stuck", userId: "ben" }],
    "1970-01-03T00:05:00Z",
  ];
  const ahead: [Sent[], string] = [
    [{ eventId: "y", timestamp: "2031-08-01T06:00:00Z", sessionId: "ahead", userId: "ben" }],
    "2031-08-01T07:00:00Z",
  ];
  expect(await send(...stuck)).toMatchObject({ accepted: 1, rejected: 0, duplicates: 0 });
  expect(await send(...ahead)).toMatchObject({ accepted: 1, rejected: 0, duplicates: 0 });
  // A retry leaves the device later by its clock, and is the same event.
  expect(await send(stuck[0], "1970-01-03T09:05:00Z")).toMatchObject({ accepted: 1, duplicates: 1 });
  const today = { "03-16": 1, "03-18": 1 };
  expect(await numbers()).toEqual({
    events: { ...before.events, ...today },
    sessions: { ...before.sessions, ...today },
    users: { ...before.users, ...today },
  });
  expect(await rowOf("app_event_default", "occurred_at, corrected_at")).toEqual([
    { occurred_at: new Date("1970-01-01T00:05:00Z"), corrected_at: new Date("2026-03-16T10:20:30Z") },
    { occurred_at: new Date("2031-08-01T06:00:00Z"), corrected_at: new Date("2026-03-18T09:20:30Z") },
  ]);
});

it("leave nothing that a recount would find", async () => {
  const checks = await createVerifyStore(app.pool).recount(5);
  expect(checks.filter((check) => check.differences > 0)).toEqual([]);
});
