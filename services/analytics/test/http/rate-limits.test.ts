import type { IngestReply, Problem } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FetchOptions, startTestApp, type TestApp } from "../support/app.js";
import { startRedis, type TestRedis } from "../support/redis.js";

let redis: TestRedis;
let app: TestApp;
let replica: TestApp;

// Both clocks are one and stand at 2026-03-18T10:20:30Z.
beforeAll(async () => {
  redis = await startRedis();
  app = await startTestApp({ redis: redis.url });
  replica = await startTestApp({ redis: redis.url, db: app.db, clock: app.clock });
});

afterAll(async () => {
  await replica.stop();
  await app.stop();
  await redis.stop();
});

let lastEvent = 0;
function newEvents(count: number) {
  return Array.from({ length: count }, () => {
    lastEvent += 1;
    return { eventId: `event-${lastEvent}`, type: "tap", sessionId: "s", timestamp: "2026-03-18T10:00:00Z" };
  });
}

function send(to: TestApp, key: string, count: number) {
  return to.fetchJson<IngestReply & Problem>("/api/events", { key, body: { events: newEvents(count) } });
}

async function newKey(id: string, eventsPerMinute: number): Promise<string> {
  await app.createProject({ id, eventsPerMinute });
  return (await app.createKey(id)).key;
}

async function stored(projectId: string): Promise<number> {
  const { rows } = await app.pool.query<{ events: number }>(
    `select coalesce(sum(stored), 0)::integer as events from ingestion_ledger join project using (project_key) where id = $1`,
    [projectId],
  );
  return rows[0]?.events ?? 0;
}

describe("two replicas with one Redis", () => {
  it("let a project's limit through together, to the event", async () => {
    const key = await newKey("shared", 100);
    const replies = await Promise.all(Array.from({ length: 60 }, (_, n) => send(n % 2 === 0 ? app : replica, key, 5)));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(20);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(40);
    expect(await stored("shared")).toBe(100);
    const counts = replies.flatMap(({ status, body }) => (status === 200 ? [body.rateLimit.count] : []));
    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => (n + 1) * 5));
  });

  it("count each for itself once Redis dies in the middle, and together again when it is back", async () => {
    const key = await newKey("mid-way", 10);
    expect((await send(app, key, 6)).body.rateLimit.count).toBe(6);
    expect((await send(replica, key, 5)).status).toBe(429);
    await redis.kill();
    const whileDown = await Promise.all([app, replica].flatMap((to) => [send(to, key, 6), send(to, key, 6)]));
    expect(whileDown.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429]);
    await redis.start();
    await expect.poll(() => app.domain.isCacheUp() && replica.domain.isCacheUp(), { timeout: 10_000 }).toBe(true);
    expect((await send(app, key, 6)).status).toBe(200);
    expect((await send(replica, key, 5)).status).toBe(429);
    expect(await stored("mid-way")).toBe(24);
  });
});

describe("at the minute's edge", () => {
  let key: string;
  let turn = 0;
  beforeEach(async () => {
    turn += 1;
    key = await newKey(`edge-${turn}`, 3);
  });

  it.each([
    ["2026-03-18T10:21:00.000Z", 60],
    ["2026-03-18T10:21:00.001Z", 60],
    ["2026-03-18T10:21:58.999Z", 2],
    ["2026-03-18T10:21:59.000Z", 1],
    ["2026-03-18T10:21:59.999Z", 1],
  ])("a refusal at %s says to come back in %i s, and then there is room", async (now, seconds) => {
    app.clock.set(now);
    expect((await send(app, key, 3)).status).toBe(200);
    const { status, headers } = await send(replica, key, 1);
    expect([status, headers.get("retry-after")]).toEqual([429, String(seconds)]);
    expect(headers.get("ratelimit")).toBe(`"events";r=0;t=${seconds}`);
    app.clock.advance({ seconds });
    const { body, headers: fresh } = await send(app, key, 1);
    expect(body.rateLimit).toEqual({ count: 1, limit: 3, exceeded: false });
    expect(fresh.get("ratelimit")).toMatch(/^"events";r=2;t=\d+$/);
  });
});

describe("every reply to a request whose project is known", () => {
  let key: string;
  beforeAll(async () => {
    app.clock.set("2026-03-18T10:40:30Z");
    key = await newKey("headers", 10);
    await send(app, key, 4);
  });

  const json = { "content-type": "application/json" };
  const refused: [string, number, FetchOptions][] = [
    ["a body that is no JSON", 400, { raw: "{" }],
    ["a body that is no batch", 400, { body: {} }],
    ["an empty batch", 400, { body: { events: [] } }],
    ["another project's batch", 403, { body: { events: [1], projectId: "shared" } }],
    ["too many events", 413, { body: { events: Array(1_001).fill(0) } }],
    ["a body that is too large", 413, { raw: `"${"x".repeat(5 * 1024 * 1024)}"` }],
    ["another content type", 415, { raw: "x", headers: { "content-type": "text/plain" } }],
    ["an unknown encoding", 415, { raw: "x", headers: { ...json, "content-encoding": "zstd" } }],
  ];

  it.each(refused)("tells the limit and what is left of it: %s", async (_what, status, options) => {
    for (const path of ["/api/events", "/api/events/single"]) {
      if (path !== "/api/events" && options.raw === undefined) continue;
      const reply = await app.fetchJson(path, { key, ...options });
      expect(reply.status).toBe(status);
      expect(reply.headers.get("ratelimit-policy")).toBe('"events";q=10;w=60');
      expect(reply.headers.get("ratelimit")).toBe('"events";r=6;t=30');
    }
  });

  it("tells it of a key that may not send, and of a refused event, which counts", async () => {
    const reader = await app.createKey("headers", ["read"]);
    const forbidden = await send(app, reader.key, 1);
    expect([forbidden.status, forbidden.headers.get("ratelimit")]).toEqual([403, '"events";r=6;t=30']);
    const rejected = await app.fetchJson("/api/events/single", { key, body: { eventId: 5 } });
    expect([rejected.status, rejected.headers.get("ratelimit")]).toEqual([400, '"events";r=5;t=30']);
  });

  it("tells nothing where it is not", async () => {
    const reply = await app.fetchJson("/api/events", { key: `mgk_${"x".repeat(43)}`, body: { events: newEvents(1) } });
    expect(reply.status).toBe(401);
    expect([reply.headers.get("ratelimit"), reply.headers.get("ratelimit-policy")]).toEqual([null, null]);
  });
});

describe("keys", () => {
  it("may be two at once for a rotation, and one that is revoked opens nothing on any replica within ten seconds", async () => {
    const old = await newKey("rotated", 1_000);
    const { key: next } = await app.createKey("rotated");
    for (const to of [app, replica]) {
      for (const key of [old, next]) expect((await send(to, key, 1)).status).toBe(200);
    }
    const { body } = await app.fetchJson<{ items: { id: string; prefix: string }[] }>("/api/projects/rotated/keys");
    const id = body.items.find(({ prefix }) => old.startsWith(prefix))?.id;
    expect((await app.fetchJson(`/api/projects/rotated/keys/${id}`, { method: "DELETE" })).status).toBe(204);
    const revokedAt = performance.now();
    expect((await send(app, old, 1)).status).toBe(401);
    await expect.poll(async () => (await send(replica, old, 1)).status, { timeout: 10_000, interval: 100 }).toBe(401);
    expect(performance.now() - revokedAt).toBeLessThan(10_000);
    for (const to of [app, replica]) expect((await send(to, next, 1)).status).toBe(200);
  }, 20_000);

  it("carry a changed limit to every replica in the same time", async () => {
    const key = await newKey("changed", 1_000);
    expect((await send(replica, key, 1)).headers.get("ratelimit-policy")).toBe('"events";q=1000;w=60');
    const patch = { method: "PATCH", body: { eventsPerMinute: 5 } };
    expect((await app.fetchJson("/api/projects/changed", patch)).status).toBe(200);
    const policy = async () => (await send(replica, key, 1)).headers.get("ratelimit-policy");
    await expect.poll(policy, { timeout: 10_000, interval: 100 }).toBe('"events";q=5;w=60');
  }, 20_000);
});
