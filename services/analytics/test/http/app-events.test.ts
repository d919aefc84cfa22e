import { gzipSync } from "node:zlib";
import { type IngestHealth, type IngestReply, ingestReplySchema, type Problem } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";

let app: TestApp;
let key: string;
let otherKey: string;

beforeAll(async () => {
  app = await startTestApp();
  await app.createProject({ id: "project-abc", eventsPerMinute: 1_000_000 });
  await app.createProject({ id: "project-other" });
  key = (await app.createKey("project-abc")).key;
  otherKey = (await app.createKey("project-other")).key;
});

afterAll(() => app.stop());

/** The brief's own batch, at the test's time. */
function briefBatch(eventId: string) {
  return {
    batchId: "batch-123",
    projectId: "project-abc",
    events: [
      {
        eventId,
        type: "screen_view",
        sessionId: "session-xyz",
        projectId: "project-abc",
        timestamp: "2026-03-18T10:00:00Z",
        properties: { screenName: "Home" },
        device: { platform: "ios", osVersion: "17.2", appVersion: "1.0.0" },
      },
    ],
    createdAt: "2026-03-18T10:00:00Z",
  };
}

let lastEvent = 0;
function newEvent(more: object = {}) {
  lastEvent += 1;
  return { eventId: `event-${lastEvent}`, type: "tap", sessionId: "s", timestamp: "2026-03-18T10:00:00Z", ...more };
}

function send(body: unknown, options: { path?: string; key?: string; headers?: Record<string, string> } = {}) {
  const { path = "/api/events", headers } = options;
  return app.fetchJson<IngestReply & Problem>(path, {
    body,
    key: options.key ?? key,
    ...(headers === undefined ? {} : { headers }),
  });
}

async function stored(): Promise<number> {
  const { rows } = await app.pool.query<{ count: number }>("select count(*) from app_event");
  return rows[0]?.count ?? 0;
}

describe("POST /api/events", () => {
  it("answers the brief's batch as the brief says, once it is stored", async () => {
    const { status, headers, body } = await send(briefBatch("brief-1"));
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      accepted: 1,
      rejected: 0,
      duplicates: 0,
      errors: [],
      rateLimit: { count: expect.any(Number), limit: 1_000_000, exceeded: false },
    });
    expect(ingestReplySchema.parse(body)).toEqual(body);
    expect(headers.get("ratelimit-policy")).toBe('"events";q=1000000;w=60');
    // The clock stands at 10:20:30.
    expect(headers.get("ratelimit")).toBe(`"events";r=${1_000_000 - body.rateLimit.count};t=30`);
    const { rows } = await app.pool.query(
      "select type, name, properties from app_event join event_name using (name_key) where event_id_text = 'brief-1'",
    );
    expect(rows).toEqual([{ type: "screen_view", name: "Home", properties: { screenName: "Home" } }]);
  });

  it("stores a retry once and answers it like the first try", async () => {
    const batch = briefBatch("retry-1");
    await send(batch);
    const before = await stored();
    const { status, body } = await send({ ...batch, batchId: "another" });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, accepted: 1, rejected: 0, duplicates: 1 });
    expect(await stored()).toBe(before);
  });

  it("stores the good events of a batch and tells of each bad one", async () => {
    const before = await stored();
    const good = Array.from({ length: 97 }, () => newEvent());
    const { status, body } = await send({
      events: [null, ...good, newEvent({ colour: "red" }), newEvent({ timestamp: "2100-01-01T00:00:00Z" })],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, accepted: 97, rejected: 3, duplicates: 0 });
    expect(body.errors).toEqual([
      { index: 0, eventId: null, code: "not_an_object", message: expect.any(String), retryable: false },
      {
        index: 98,
        eventId: expect.any(String),
        code: "unknown_field",
        message: 'the field "colour" is not known',
        retryable: false,
      },
      { index: 99, eventId: expect.any(String), code: "too_far_ahead", message: expect.any(String), retryable: true },
    ]);
    expect(await stored()).toBe(before + 97);
  });

  it("answers a batch without one good event with 200 and all its errors", async () => {
    const { status, body } = await send({ events: [1, "2", [3]] });
    expect([status, body.accepted, body.rejected, body.errors.length]).toEqual([200, 0, 3, 3]);
  });

  it.each([
    ["no object", [newEvent()], 400, "invalid_body"],
    ["no events", {}, 400, "invalid_body"],
    ["events that are no list", { events: {} }, 400, "invalid_body"],
    ["an unknown field", { events: [newEvent()], colour: "red" }, 400, "invalid_body"],
    ["a bad sentAt", { events: [newEvent()], sentAt: "now" }, 400, "invalid_body"],
    ["an empty list", { events: [] }, 400, "empty_batch"],
    ["1,001 events", { events: Array.from({ length: 1_001 }, () => newEvent()) }, 413, "batch_too_large"],
    ["another project", { events: [newEvent()], projectId: "project-other" }, 403, "wrong_project"],
  ])("refuses a body with %s and stores nothing of it", async (_what, body, status, code) => {
    const before = await stored();
    const reply = await send(body);
    expect(reply.status).toBe(status);
    expect(reply.body).toMatchObject({ code, status });
    expect(reply.headers.get("content-type")).toContain("application/problem+json");
    expect(reply.headers.get("ratelimit-policy")).toBe('"events";q=1000000;w=60');
    expect(await stored()).toBe(before);
  });

  it("takes a batch of 1,000", async () => {
    const { body } = await send({ events: Array.from({ length: 1_000 }, () => newEvent()) });
    expect(body).toMatchObject({ accepted: 1_000, rejected: 0 });
  });

  it("takes a compressed batch", async () => {
    const { status } = await app.fetchJson("/api/events", {
      raw: gzipSync(JSON.stringify({ events: [newEvent()] })),
      headers: { "content-encoding": "gzip" },
      key,
    });
    expect(status).toBe(200);
  });

  it.each([[undefined], ["mgk_wrong"]])("refuses the key %s with 401", async (wrong) => {
    const { status, body } = await app.fetchJson<Problem>("/api/events", {
      body: briefBatch("unauthenticated"),
      token: null,
      ...(wrong === undefined ? {} : { key: wrong }),
    });
    expect([status, body.code]).toEqual([401, "unauthenticated"]);
  });

  it("keeps the events of two projects apart, and one project out of the other", async () => {
    const event = newEvent();
    await send({ events: [event] });
    expect((await send({ events: [event] }, { key: otherKey })).body).toMatchObject({ accepted: 1, duplicates: 0 });
    expect((await send(briefBatch("foreign"), { key: otherKey })).body).toMatchObject({ code: "wrong_project" });
    const { body } = await send({ events: [newEvent({ projectId: "project-abc" })] }, { key: otherKey });
    expect(body.errors).toMatchObject([{ code: "project_mismatch" }]);
  });

  it("counts an event by the right time when the device's clock is two hours ahead", async () => {
    const { eventId } = newEvent();
    const timestamp = "2026-03-18T12:15:00Z";
    await send({ sentAt: "2026-03-18T12:20:30Z", events: [newEvent({ eventId, timestamp })] });
    // A retry leaves the device later, by its own clock: its identity is the same.
    const { body } = await send({ sentAt: "2026-03-18T12:31:00Z", events: [newEvent({ eventId, timestamp })] });
    expect(body).toMatchObject({ accepted: 1, duplicates: 1 });
    const { rows } = await app.pool.query("select occurred_at, corrected_at from app_event where event_id_text = $1", [
      eventId,
    ]);
    expect(rows).toEqual([{ occurred_at: new Date(timestamp), corrected_at: new Date("2026-03-18T10:15:00Z") }]);
  });

  it("marks the events of a bot and stores them", async () => {
    const event = newEvent();
    await send({ events: [event] }, { headers: { "user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)" } });
    const { rows } = await app.pool.query("select is_bot from app_event where event_id_text = $1", [event.eventId]);
    expect(rows).toEqual([{ is_bot: true }]);
  });

  it("loses and doubles nothing when fifty clients send and repeat at once", async () => {
    const before = await stored();
    const batches = Array.from({ length: 50 }, () => ({ events: Array.from({ length: 20 }, () => newEvent()) }));
    const replies = await Promise.all([...batches, ...batches].map((batch) => send(batch)));
    expect(replies.every(({ status, body }) => status === 200 && body.accepted === 20)).toBe(true);
    expect(replies.reduce((sum, { body }) => sum + body.duplicates, 0)).toBe(1_000);
    expect(await stored()).toBe(before + 1_000);
  });
});

describe("POST /api/events past the project's limit", () => {
  it("answers 429 with the brief's body, stores nothing, and takes events again in the next minute", async () => {
    await app.createProject({ id: "limited", eventsPerMinute: 5 });
    const limited = (await app.createKey("limited")).key;
    const batch = (count: number) => ({ events: Array.from({ length: count }, () => newEvent()) });
    expect((await send(batch(4), { key: limited })).body.rateLimit).toEqual({ count: 4, limit: 5, exceeded: false });

    const before = await stored();
    const { status, headers, body } = await send(batch(2), { key: limited });
    expect(status).toBe(429);
    expect(body).toMatchObject({
      code: "rate_limited",
      success: false,
      accepted: 0,
      rejected: 0,
      duplicates: 0,
      rateLimit: { limit: 5, exceeded: true },
    });
    expect(headers.get("retry-after")).toBe("30");
    expect(headers.get("ratelimit-policy")).toBe('"events";q=5;w=60');
    expect(headers.get("ratelimit")).toBe('"events";r=0;t=30');
    expect(await stored()).toBe(before);

    const one = await send(batch(1), { key: limited });
    expect(one.body.rateLimit).toEqual({ count: 5, limit: 5, exceeded: false });
    app.clock.advance({ seconds: 30 });
    expect((await send(batch(5), { key: limited })).status).toBe(200);
    expect((await send(batch(6), { key: limited })).body.detail).toContain("never fits");
    app.clock.advance({ seconds: -30 });
  });
});

describe("POST /api/events/single", () => {
  const path = "/api/events/single";

  it("stores the brief's event under its own name", async () => {
    const event = {
      eventId: "single-1",
      type: "custom",
      sessionId: "session-xyz",
      projectId: "project-abc",
      timestamp: "2026-03-18T10:00:00Z",
      properties: { eventName: "purchase_completed", orderId: "order-123", total: 99.99 },
    };
    const { status, body } = await send(event, { path });
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, accepted: 1, rejected: 0, duplicates: 0, errors: [] });
    expect((await send(event, { path })).body).toMatchObject({ accepted: 1, duplicates: 1 });
    const { rows } = await app.pool.query(
      "select name, properties from app_event join event_name using (name_key) where event_id_text = 'single-1'",
    );
    expect(rows).toEqual([{ name: "purchase_completed", properties: event.properties }]);
  });

  it.each([
    ["a bad type", { type: 5 }, "/type", "invalid_type"],
    ["an unknown field", { colour: "red" }, "/colour", "unknown_field"],
    ["NUL in its properties", { properties: { a: ["x\u0000"] } }, "/properties/a/0", "invalid_properties"],
    ["a number past 2^53", { properties: { n: 2 ** 53 } }, "/properties/n", "invalid_properties"],
    ["a time in 1970", { timestamp: "1970-01-01T00:00:00Z" }, "/timestamp", "too_old"],
    ["a projectId that is no text", { projectId: 7 }, "/projectId", "project_mismatch"],
  ])("refuses an event with %s as 400, naming the place", async (_what, more, pointer, code) => {
    const before = await stored();
    const { status, body } = await send(newEvent(more), { path });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      code: "event_rejected",
      success: false,
      accepted: 0,
      rejected: 1,
      errors: [{ pointer, code, reason: expect.any(String) }],
      rateLimit: { exceeded: false },
    });
    expect(await stored()).toBe(before);
  });

  it("refuses a __proto__ key wherever it stands", async () => {
    for (const raw of [
      '{"eventId":"p","type":"t","sessionId":"s","__proto__":{"admin":true}}',
      '{"eventId":"p","type":"t","sessionId":"s","properties":{"__proto__":{"admin":true}}}',
    ]) {
      const { status, body } = await app.fetchJson<Problem>(path, { raw, key });
      expect([status, body.code]).toEqual([400, "event_rejected"]);
    }
  });

  it("refuses what is no object, another project's event, and a bad sentAt", async () => {
    expect((await send([newEvent()], { path })).body.code).toBe("invalid_body");
    expect((await send(newEvent({ sentAt: 5 }), { path })).body.code).toBe("invalid_body");
    const { status, body } = await send(newEvent({ projectId: "project-other" }), { path });
    expect([status, body.code]).toEqual([403, "wrong_project"]);
  });

  it("refuses properties nested a hundred thousand deep", async () => {
    const deep = `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    const raw = `{"eventId":"deep","type":"t","sessionId":"s","properties":${deep}}`;
    const { status, body } = await app.fetchJson<Problem>(path, { raw, key });
    expect([status, body.errors?.[0]?.code]).toEqual([400, "properties_too_deep"]);
  });
});

describe("GET /api/events/health", () => {
  it("answers the brief's reply", async () => {
    const { status, body } = await app.fetchJson<IngestHealth>("/api/events/health", { token: null });
    expect(status).toBe(200);
    expect(body).toEqual({ status: "ok", service: "analytics-ingestion", buffers: {} });
  });

  it("shows what waits for its commit, by project", async () => {
    // A lock that the flush has to wait for.
    const client = await app.pool.connect();
    await client.query("begin");
    await client.query("lock table session in exclusive mode");
    const reply = send({ events: [newEvent(), newEvent(), newEvent()] });
    await expect
      .poll(async () => (await app.fetchJson<IngestHealth>("/api/events/health")).body.buffers)
      .toEqual({ "project-abc": 3 });
    await client.query("rollback");
    client.release();
    expect((await reply).status).toBe(200);
    expect((await app.fetchJson<IngestHealth>("/api/events/health")).body.buffers).toEqual({});
  });
});
