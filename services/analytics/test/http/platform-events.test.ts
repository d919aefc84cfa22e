import {
  type PlatformEventReply,
  type Problem,
  type Project,
  platformEventReplySchema,
  platformEventsReplySchema,
  platformEventTypes,
} from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { eventRollupDifferences } from "../support/usage.js";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const event = {
  event: "project.created",
  userId: "user-1",
  projectId: "project-1",
  metadata: { template: "ecommerce" },
};

describe("POST /events", () => {
  it("201: stores the brief's event and answers its id", async () => {
    const { status, body } = await app.fetchJson<PlatformEventReply & Problem>("/events", { body: event });
    expect(status).toBe(201);
    const { eventId } = platformEventReplySchema.parse(body);
    expect(body).toEqual({ success: true, eventId, duplicate: false });
    expect(await rowsOf(eventId)).toMatchObject([
      { event: "project.created", user_id: "user-1", project_id: "project-1", metadata: { template: "ecommerce" } },
    ]);
  });

  it.each([...platformEventTypes, "anything.else"])("201: takes %s", async (type) => {
    expect((await app.fetchJson<PlatformEventReply & Problem>("/events", { body: { event: type } })).status).toBe(201);
  });

  it("200: answers a retry like the first try and counts it once; 409: refuses other content", async () => {
    const body = { ...event, event: "build.completed", eventId: "e-1" };
    expect((await app.fetchJson<PlatformEventReply & Problem>("/events", { body })).status).toBe(201);
    app.clock.advance({ minutes: 1 });
    const retry = await app.fetchJson<PlatformEventReply & Problem>("/events", { body });
    expect([retry.status, retry.body]).toEqual([200, { success: true, eventId: "e-1", duplicate: true }]);
    const other = await app.fetchJson<PlatformEventReply & Problem>("/events", {
      body: { ...body, metadata: { template: "blog" } },
    });
    expect([other.status, other.body.code]).toEqual([409, "request_conflict"]);
    expect(await rowsOf("e-1")).toHaveLength(1);
    expect(await eventRollupDifferences(app.pool)).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ["no event", { userId: "u" }, "/event"],
    ["an empty event", { event: "" }, "/event"],
    ["an unknown field", { ...event, extra: 1 }, "/extra"],
    ["a number as user", { ...event, userId: 5 }, "/userId"],
    ["NUL in a project", { ...event, projectId: "a\u0000" }, "/projectId"],
    ["a time in 1970", { ...event, timestamp: "1970-01-01T00:00:00Z" }, "/timestamp"],
    ["a time in 2100", { ...event, timestamp: "2100-01-01T00:00:00Z" }, "/timestamp"],
    ["metadata that are a list", { ...event, metadata: [] }, "/metadata"],
    ["metadata that are null", { ...event, metadata: null }, "/metadata"],
    ["NUL in metadata", { ...event, metadata: { a: ["\u0000"] } }, "/metadata/a/0"],
    ["a lone surrogate in metadata", { ...event, metadata: { a: "\udc00" } }, "/metadata/a"],
    ["a number past 2^53 in metadata", { ...event, metadata: { a: 2 ** 53 } }, "/metadata/a"],
    ["40 KB of metadata", { ...event, metadata: { a: "x".repeat(40_000) } }, "/metadata"],
  ])("400: refuses %s by its pointer", async (_, body, pointer) => {
    const reply = await app.fetchJson<PlatformEventReply & Problem>("/events", { body });
    expect([reply.status, reply.body.code, reply.body.errors?.[0]?.pointer]).toEqual([400, "invalid_body", pointer]);
  });

  it("400: refuses metadata nested 100,000 deep, and a __proto__ key", async () => {
    const deep = `{"event":"x","metadata":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`;
    expect((await app.fetchJson<PlatformEventReply & Problem>("/events", { raw: deep })).body.code).toBe(
      "invalid_body",
    );
    const proto = '{"event":"x","metadata":{"__proto__":{"a":1}}}';
    expect((await app.fetchJson<PlatformEventReply & Problem>("/events", { raw: proto })).body.code).toBe(
      "invalid_body",
    );
  });

  it("401: without a token", async () => {
    expect((await app.fetchJson<PlatformEventReply & Problem>("/events", { body: event, token: null })).status).toBe(
      401,
    );
  });
});

describe("POST /events with an array", () => {
  it("201: gives a result for each, and a bad one refuses no other", async () => {
    const { status, body } = await app.fetchJson<PlatformEventReply & Problem>("/events", {
      body: [
        { event: "user.login", eventId: "a-1" },
        { event: 5, eventId: "a-2" },
        { event: "user.login", eventId: "a-1" },
        { event: "user.created", eventId: "a-1" },
        { event: "user.login", eventId: "a-3", metadata: { a: "\u0000" } },
      ],
    });
    expect(status).toBe(201);
    expect(platformEventsReplySchema.parse(body)).toMatchObject({
      success: false,
      results: [
        { success: true, eventId: "a-1", duplicate: false },
        { success: false, index: 1, eventId: "a-2", code: "invalid_body" },
        { success: true, eventId: "a-1", duplicate: true },
        { success: false, index: 3, eventId: "a-1", code: "request_conflict" },
        {
          success: false,
          index: 4,
          eventId: "a-3",
          code: "invalid_body",
          message: expect.stringContaining("/metadata/a"),
        },
      ],
    });
  });

  it("200: when nothing is new, success false when every entry failed", async () => {
    const body = [{ event: "user.login", eventId: "b-1" }];
    await app.fetchJson<PlatformEventReply & Problem>("/events", { body });
    expect(await app.fetchJson<PlatformEventReply & Problem>("/events", { body })).toMatchObject({
      status: 200,
      body: { success: true },
    });
    expect(await app.fetchJson<PlatformEventReply & Problem>("/events", { body: [1] })).toMatchObject({
      status: 200,
      body: { success: false },
    });
  });

  it("400: refuses an empty one; 413: 1,001 entries", async () => {
    expect((await app.fetchJson<PlatformEventReply & Problem>("/events", { body: [] })).body.code).toBe("empty_batch");
    const many = Array.from({ length: 1_001 }, () => ({ event: "user.login" }));
    expect((await app.fetchJson<PlatformEventReply & Problem>("/events", { body: many })).body.code).toBe(
      "batch_too_large",
    );
    expect((await app.fetchJson<PlatformEventReply & Problem>("/events", { body: many.slice(1) })).status).toBe(201);
  });
});

describe("projects of the platform's events", () => {
  it("are registered, renamed and deleted, and shown where projects are", async () => {
    const send = (type: string, metadata?: object) =>
      app.fetchJson<PlatformEventReply & Problem>("/events", {
        body: { event: type, projectId: "reg", userId: "o", metadata },
      });
    await send("project.created", { name: "My App" });
    app.clock.advance({ minutes: 1 });
    expect((await app.fetchJson<Project>("/api/projects/reg")).body).toMatchObject({ name: "My App", ownerId: "o" });
    await send("project.renamed", { name: "My Shop" });
    expect((await app.fetchJson<Project>("/api/projects/reg")).body.name).toBe("My Shop");
    const before = await registered();
    await send("project.deleted");
    expect(await registered()).toBe(before - 1);
  });
});

async function registered(): Promise<number> {
  const { rows } = await app.pool.query("select count(*) as n from project where deleted_at is null");
  return rows[0].n;
}

async function rowsOf(eventId: string): Promise<Record<string, unknown>[]> {
  const { rows } = await app.pool.query("select * from platform_event where event_id = $1", [eventId]);
  return rows;
}
