import type { Health, Problem } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

const event = (eventId: string) => ({ eventId, type: "custom", sessionId: "s", timestamp: "2026-03-18T10:00:00Z" });
const sendEvent = (id: string) => app.fetchJson<Problem>("/api/events", { key, body: { events: [event(id)] } });
const sendUsage = (requestId: string) =>
  app.fetchJson<Problem>("/usage/api", {
    body: { userId: "u", model: "claude-3-haiku-20240307", inputTokens: 1, outputTokens: 1, requestId },
  });

describe("a database that is away", () => {
  it("makes every request that needs it a 503 with Retry-After, stores nothing, and all goes on when it is back", async () => {
    expect((await sendEvent("before")).status).toBe(200);
    await proxy.cut();
    const startedAt = performance.now();
    const replies = await Promise.all([
      sendEvent("during"),
      sendUsage("during"),
      app.fetchJson<Problem>("/events", { body: { event: "user.login", userId: "u" } }),
      app.fetchJson<Problem>("/usage/user/u"),
      app.fetchJson<Problem>("/costs/user/u"),
      app.fetchJson<Problem>("/metrics/dashboard", { headers: { "cache-control": "no-cache" } }),
      app.fetchJson<Problem>("/metrics/timeseries?metric=tokens"),
      app.fetchJson<Problem>("/api/projects"),
      app.fetchJson<Problem>("/api/projects", { body: { id: "during", name: "x" } }),
      app.fetchJson<Problem>("/tokens"),
      app.fetchJson<Problem>("/audit"),
      app.fetchJson<Problem>("/api/projects/p/keys", { body: {} }),
      app.fetchJson<Problem>("/usage/user/u", { token: `mgt_${"b".repeat(43)}` }),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(6_000);
    for (const [n, { status, headers, body }] of replies.entries()) {
      expect([n, status, body.code, headers.get("retry-after")]).toEqual([n, 503, "store_unavailable", "2"]);
      expect(JSON.stringify(body)).not.toMatch(/ECONN|127\.0\.0\.1|prisma/i);
    }
    const health = await app.fetchJson<Health>("/health", { token: null });
    expect([health.status, health.body.status, health.body.parts.database.status]).toEqual([503, "down", "down"]);
    expect((await app.fetchJson("/health/ready", { token: null })).status).toBe(503);
    expect((await app.fetchJson("/health/live", { token: null })).status).toBe(200);

    await proxy.restore();
    app.clock.advance({ seconds: 1 });
    await expect.poll(async () => (await sendEvent("after")).status, { timeout: 10_000 }).toBe(200);
    expect((await sendUsage("after")).status).toBe(201);
    expect((await app.fetchJson("/health", { token: null })).status).toBe(200);
    const { rows } = await db.pool.query("select event_id_text as id from app_event order by 1");
    expect(rows.map(({ id }) => id)).toEqual(["after", "before"]);
    expect((await app.fetchJson("/api/projects/during")).status).toBe(404);
  });
});
