import type { Problem } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createVerifyStore } from "../../src/stores/postgres/verify-store.js";
import { startTestApp, type TestApp } from "../support/app.js";
import type { TestDatabase } from "../support/postgres.js";
import { type ProxiedApp, startProxiedApp } from "../support/proxied-app.js";
import type { TcpProxy } from "../support/tcp-proxy.js";

/** An answer's bound, the wait for a connection, and some for a busy machine. */
const boundMs = 12_000 + 5_000 + 3_000;
/** Of a database that is known to hang nobody waits for; some for a busy machine. */
const atOnceMs = 2_000;
/** What a transaction may stand idle, and some for a busy machine. */
const lockBoundMs = 5_000 + 3_000;

let proxied: ProxiedApp;
let db: TestDatabase;
let proxy: TcpProxy;
let app: TestApp;
let other: TestApp;
let key: string;

beforeAll(async () => {
  proxied = await startProxiedApp({ eventsPerMinute: 1_000_000 });
  ({ app, proxy, db, key } = proxied);
  other = await startTestApp({ db, clock: app.clock });
});

afterAll(async () => {
  await other.stop();
  await proxied.stop();
});

function sendEvents(replica: TestApp, name: string, count = 1) {
  const events = Array.from({ length: count }, (_, n) => ({
    eventId: `${name}-${n}`,
    type: "custom",
    sessionId: "s",
    timestamp: "2026-03-18T10:00:00Z",
  }));
  return replica.fetchJson<Problem>("/api/events", { key, body: { events } });
}

function sendUsage(replica: TestApp, requestId: string) {
  const body = { userId: "u", model: "claude-3-haiku-20240307", inputTokens: 1, outputTokens: 1, requestId };
  return replica.fetchJson<Problem>("/usage/api", { body });
}

async function timed<Result>(work: Promise<Result>): Promise<{ result: Result; ms: number }> {
  const startedAt = performance.now();
  return { result: await work, ms: performance.now() - startedAt };
}

describe("a database that takes connections and answers nothing", () => {
  it("is a 503 within the bound, for a queue of requests too, and all goes on when it wakes", async () => {
    expect((await sendEvents(app, "before")).status).toBe(200);
    proxy.freeze();
    const requests = [
      // More than two flushes hold: the rest waits behind them.
      ...Array.from({ length: 12 }, (_, n) => sendEvents(app, `hung-${n}`, 1_000)),
      ...Array.from({ length: 4 }, (_, n) => sendUsage(app, `hung-${n}`)),
      app.fetchJson<Problem>("/events", { body: { event: "user.login", userId: "u", eventId: "hung" } }),
      app.fetchJson<Problem>("/usage/user/u"),
      app.fetchJson<Problem>("/metrics/dashboard", { headers: { "cache-control": "no-cache" } }),
      app.fetchJson<Problem>("/api/projects", { body: { id: "hung", name: "x" } }),
      app.fetchJson<Problem>("/usage/user/u", { token: `mgt_${"b".repeat(43)}` }),
    ];
    const health = await timed(app.fetchJson("/health", { token: null }));
    expect(health.result.status).toBe(503);
    expect(health.ms).toBeLessThan(4_000);
    const { result: replies, ms } = await timed(Promise.all(requests));
    expect(replies.map(({ status, body }) => [status, body.code])).toEqual(
      replies.map(() => [503, "store_unavailable"]),
    );
    expect(ms).toBeLessThan(boundMs);

    // It is known by now: nobody waits any more.
    for (const send of [
      () => sendEvents(app, "hung-0"),
      () => sendUsage(app, "hung-0"),
      () => app.fetchJson<Problem>("/usage/user/u"),
    ]) {
      const refused = await timed(send());
      expect([refused.result.status, refused.result.body.code]).toEqual([503, "store_unavailable"]);
      expect(refused.ms).toBeLessThan(atOnceMs);
    }

    await proxy.restore();
    app.clock.advance({ seconds: 1 });
    await expect.poll(async () => (await sendEvents(app, "hung-0", 1_000)).status, { timeout: 30_000 }).toBe(200);
    expect([200, 201]).toContain((await sendUsage(app, "hung-0")).status);
    expect((await app.fetchJson("/api/projects", { body: { id: "after", name: "x" } })).status).toBe(201);
    const checks = await createVerifyStore(db.pool).recount(5);
    expect(checks.filter((check) => check.differences > 0)).toEqual([]);
  }, 90_000);
});

describe("a statement that takes long", () => {
  it("is no hang: others are answered beside it", async () => {
    const long = app.domain.pool.query("select pg_sleep(6)");
    let isOver = false;
    void long.finally(() => {
      isOver = true;
    });
    while (!isOver) expect((await app.fetchJson("/usage/user/u")).status).toBe(200);
    await long;
  }, 30_000);
});

describe("a replica that stands still in the middle of a transaction", () => {
  it.each([
    ["rollup rows", "update project_rollup set events = events", () => sendEvents(other, `rollup-${Math.random()}`)],
    ["usage rows", "update usage_rollup set requests = requests", () => sendUsage(other, `rollup-${Math.random()}`)],
  ])(
    "keeps the others from its %s no longer than a transaction may stand idle",
    async (_, statement, send) => {
      await sendEvents(other, "first");
      await sendUsage(other, "first");
      const paused = await app.domain.pool.connect();
      paused.on("error", () => undefined);
      await paused.query("begin");
      await paused.query(statement);
      const { result, ms } = await timed(send());
      expect([200, 201]).toContain(result.status);
      expect(ms).toBeLessThan(lockBoundMs);
      await expect(paused.query("commit")).rejects.toThrow();
      paused.release();
    },
    30_000,
  );

  it("hands its connection to nobody when it gives it back in a transaction", async () => {
    const careless = await app.domain.pool.connect();
    await careless.query("begin");
    careless.release();
    const connections = await Promise.all(Array.from({ length: 10 }, () => app.domain.pool.connect()));
    expect(connections.map((connection) => connection.getTransactionStatus())).toEqual(connections.map(() => "I"));
    expect(connections).not.toContain(careless);
    for (const connection of connections) connection.release();
  });
});
