import type { Health } from "@mobigen/analytics-contract";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { startRedis, type TestRedis } from "../support/redis.js";

let server: TestRedis;
let app: TestApp;
let raw: Redis;

beforeAll(async () => {
  server = await startRedis();
  raw = new Redis(server.url, { maxRetriesPerRequest: null });
  raw.on("error", () => undefined);
  app = await startTestApp({ redis: server.url });
});

afterAll(async () => {
  await app.stop();
  raw.disconnect();
  await server.stop();
});

const record = (requestId: string, inputTokens: number) =>
  app.fetchJson("/usage/api", {
    body: { userId: "u", projectId: "p", model: "claude-3-haiku-20240307", inputTokens, outputTokens: 0, requestId },
  });
const counter = async (key: string) => raw.get(`analytics:${key}`);

it("records on while Redis is away, says so, and puts the counters right when it is back and empty", async () => {
  expect((await record("r1", 100)).status).toBe(201);
  expect((await record("r1", 100)).status).toBe(200);
  expect(await counter("user:u:tokens:daily")).toBe("100");
  expect(await counter("user:u:requests:daily")).toBe("1");
  expect(await counter("project:p:tokens:daily")).toBe("100");
  expect(await counter("global:tokens:hourly")).toBe("100");

  await server.kill();
  await expect.poll(() => app.domain.isCacheUp(), { timeout: 20_000 }).toBe(false);
  const startedAt = performance.now();
  for (let n = 0; n < 20; n += 1) expect((await record(`down-${n}`, 10)).status).toBe(201);
  expect(performance.now() - startedAt).toBeLessThan(4_000);
  const health = await app.fetchJson<Health>("/health");
  expect([health.status, health.body.status, health.body.parts.cache.status]).toEqual([200, "degraded", "degraded"]);
  expect((await app.fetchJson("/health/ready")).status).toBe(200);
  await app.createProject({ id: "p", eventsPerMinute: 1 }).catch(() => undefined);
  expect((await app.fetchJson("/metrics/dashboard")).status).toBe(200);

  await server.start();
  await expect.poll(() => counter("user:u:tokens:daily"), { timeout: 10_000 }).toBe("300");
  expect(await counter("user:u:requests:daily")).toBe("21");
  expect(await counter("project:p:tokens:daily")).toBe("300");
  expect(await counter("global:tokens:hourly")).toBe("300");
  expect((await record("r2", 1)).status).toBe(201);
  expect(await counter("user:u:tokens:daily")).toBe("301");
  await expect.poll(async () => (await app.fetchJson<Health>("/health")).body.status, { timeout: 10_000 }).toBe("ok");
});

it("puts the counters right when they were wiped under a running service", async () => {
  await raw.flushall();
  await record("r3", 1);
  await expect.poll(() => counter("user:u:tokens:daily"), { timeout: 5_000 }).toBe("302");
});

it("limits rates in each process while Redis is away", async () => {
  await app.createProject({ id: "limited", eventsPerMinute: 2 });
  const { key } = await app.createKey("limited");
  const send = async (eventId: string) => {
    const event = { eventId, type: "custom", sessionId: "s", timestamp: "2026-03-18T10:00:00Z" };
    return (await app.fetchJson("/api/events", { key, body: { events: [event] } })).status;
  };
  expect(await send("1")).toBe(200);
  await server.kill();
  await expect.poll(() => app.domain.isCacheUp(), { timeout: 20_000 }).toBe(false);
  expect([await send("2"), await send("3"), await send("4")]).toEqual([200, 200, 429]);
  await server.start();
});
