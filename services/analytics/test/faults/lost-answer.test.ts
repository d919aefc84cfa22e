import type { IngestReply, PlatformEventReply, Problem, UsageReply } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createVerifyStore } from "../../src/stores/postgres/verify-store.js";
import type { TestApp } from "../support/app.js";
import type { TestDatabase } from "../support/postgres.js";
import { type ProxiedApp, startProxiedApp } from "../support/proxied-app.js";
import type { TcpProxy } from "../support/tcp-proxy.js";

let proxied: ProxiedApp;
let db: TestDatabase;
let proxy: TcpProxy;
let app: TestApp;
let key: string;

beforeAll(async () => {
  proxied = await startProxiedApp();
  ({ app, proxy, db, key } = proxied);
});

afterAll(() => proxied.stop());

const record = { userId: "u", model: "claude-3-haiku-20240307", inputTokens: 7, outputTokens: 3, requestId: "r" };
const event = { eventId: "e", type: "custom", sessionId: "s", timestamp: "2026-03-18T10:00:00Z" };

const sendUsage = () => app.fetchJson<UsageReply & Problem>("/usage/api", { body: record });
const sendEvent = () => app.fetchJson<IngestReply & Problem>("/api/events", { key, body: { events: [event] } });
const sendPlatformEvent = () =>
  app.fetchJson<PlatformEventReply & Problem>("/events", { body: { event: "user.login", eventId: "l", userId: "u" } });

const countOf = async (table: string) => (await db.pool.query(`select count(*) as rows from ${table}`)).rows[0].rows;

describe("a commit whose answer is lost", () => {
  it("is a 503, though the call is stored; its retry is a duplicate, and the counters count it all the same", async () => {
    proxy.loseAnswer("COMMIT");
    const lost = await sendUsage();
    expect([lost.status, lost.body.code]).toEqual([503, "store_unavailable"]);
    expect(await countOf("usage_record")).toBe(1);
    const again = await sendUsage();
    expect([again.status, again.body.duplicate]).toEqual([200, true]);
    const counters = async () =>
      (await app.domain.counters.read({ userIds: ["u"], projectIds: [] }, app.clock.now()))?.users.get("u");
    await expect.poll(counters, { timeout: 5_000 }).toEqual({ tokens: 10, requests: 1 });
  });

  it("is a 503, though the app event is stored, and its retry stores nothing more", async () => {
    // The key is known, so the next commit is the event's.
    await app.fetchJson("/api/events", { key, body: { events: [{ ...event, eventId: "before" }] } });
    proxy.loseAnswer("COMMIT");
    expect((await sendEvent()).status).toBe(503);
    expect(await countOf("app_event")).toBe(2);
    const again = await sendEvent();
    expect([again.status, again.body.accepted, again.body.duplicates]).toEqual([200, 1, 1]);
    expect(await countOf("app_event")).toBe(2);
  });

  it("is a 503, though the platform event is stored, and its retry is a duplicate", async () => {
    proxy.loseAnswer("COMMIT");
    expect((await sendPlatformEvent()).status).toBe(503);
    const again = await sendPlatformEvent();
    expect([again.status, again.body.duplicate]).toEqual([200, true]);
    expect(await countOf("platform_event")).toBe(1);
  });

  it("leaves every number in step with the rows", async () => {
    const checks = await createVerifyStore(db.pool).recount(5);
    expect(checks.filter((check) => check.differences > 0)).toEqual([]);
  });
});
