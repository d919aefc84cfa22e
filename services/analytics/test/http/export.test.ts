import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { maxExportsAtOnce } from "../../src/routes/event-export.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { type ProxiedApp, startProxiedApp } from "../support/proxied-app.js";
import { openRawConnection } from "../support/raw-http.js";

const count = 100_000;
// A property of this length makes the file larger than all that sockets and buffers take.
const padding = 700;

let proxied: ProxiedApp;
let app: TestApp;
beforeAll(async () => {
  proxied = await startProxiedApp();
  app = proxied.app;
  const event = { eventId: "first", type: "custom", sessionId: "s", properties: { eventName: "buy" } };
  const sent = { batchId: "b", events: [{ ...event, timestamp: "2026-03-17T00:00:00Z" }] };
  expect((await app.fetchJson("/api/events", { body: sent, key: proxied.key })).status).toBe(200);
  await proxied.db.pool.query(
    `insert into app_event (occurred_at, received_at, project_key, name_key, device_key, event_id, session_id, properties)
     select occurred_at + n * interval '1 ms', received_at, project_key, name_key, device_key, gen_random_uuid(), session_id,
       jsonb_build_object('n', n, 'text', repeat(md5(n::text), ${Math.ceil(padding / 32)}))
     from app_event cross join generate_series(1, ${count - 1}) as n`,
  );
}, 120_000);
afterAll(() => proxied.stop());

const path = "/api/projects/p/export";

function open(query = ""): Promise<Response> {
  return fetch(`${app.url}${path}?${query}`, { headers: { authorization: `Bearer ${app.adminToken}` } });
}

/** Until as many exports can begin as at the start. */
async function untilAllFree(): Promise<void> {
  for (let n = 0; n < 200; n += 1) {
    const replies = await Promise.all(Array.from({ length: maxExportsAtOnce }, () => open("period=1h")));
    await Promise.all(replies.map((reply) => reply.text()));
    if (replies.every(({ status }) => status === 200)) return;
    await sleep(50);
  }
  throw new Error("an export is never over");
}

it("streams a hundred thousand events as a file", async () => {
  const reply = await open("format=csv");
  expect(Object.fromEntries(reply.headers)).toMatchObject({
    "content-type": "text/csv; charset=utf-8; header=present",
    "content-disposition": 'attachment; filename="p-events-2026-02-17-2026-03-18.csv"',
    "transfer-encoding": "chunked",
    "cache-control": "no-store",
    "x-archived-events": "0",
  });
  const lines = (await reply.text()).split("\r\n");
  expect([lines.length, lines.at(-1)]).toEqual([count + 2, ""]);
}, 60_000);

it("finds a rare event among many", async () => {
  const reply = await open("property=n:99998");
  expect((await reply.text()).split("\n")).toHaveLength(2);
}, 60_000);

it("keeps a page in memory, not the file, for a client that is slow, and lets go when it leaves", async () => {
  await untilAllFree();
  const connection = await openRawConnection(app.url);
  connection.socket.pause();
  const before = usedBytes();
  connection.send(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${app.adminToken}\r\n\r\n`);
  await sleep(2_000);
  expect(usedBytes() - before).toBeLessThan(40 * 1024 * 1024);
  expect(await busyConnections()).toBe(0);
  connection.socket.destroy();
  await untilAllFree();
}, 60_000);

it("hangs up on a client that takes nothing any more, for its place is needed", async () => {
  const stallMs = 6_000;
  const impatient = await startTestApp({ db: proxied.db, times: { exportStallMs: stallMs } });
  try {
    const request = `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${impatient.adminToken}\r\n\r\n`;
    const stalled = await Promise.all(
      Array.from({ length: maxExportsAtOnce }, async () => {
        const connection = await openRawConnection(impatient.url);
        connection.send(request);
        await expect.poll(connection.received, { timeout: 10_000, interval: 5 }).toContain("200 OK");
        connection.socket.pause();
        return connection;
      }),
    );
    const ask = () =>
      fetch(`${impatient.url}${path}?period=1h`, { headers: { authorization: `Bearer ${impatient.adminToken}` } });
    expect((await ask()).status).toBe(503);
    // As many as there are places: all of them are free again, and nobody who takes their bytes from now on keeps one.
    const askAll = async () =>
      Promise.all(
        stalled.map(async () => {
          const reply = await ask();
          await reply.text();
          return reply.status;
        }),
      );
    await expect.poll(askAll, { timeout: 30_000, interval: 200 }).toEqual(stalled.map(() => 200));
    for (const { socket, received, closed } of stalled) {
      socket.resume();
      await closed().catch(() => undefined);
      // Cut before the last chunk.
      expect(received()).not.toMatch(/\r\n0\r\n\r\n$/);
    }
  } finally {
    await impatient.stop();
  }
}, 60_000);

it("refuses more exports at once than it can write, and says when to try again", async () => {
  await untilAllFree();
  const opened = await Promise.all(Array.from({ length: maxExportsAtOnce }, () => open()));
  expect(opened.map(({ status }) => status)).toEqual(opened.map(() => 200));
  const refused = await open();
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "10"]);
  expect(await refused.json()).toMatchObject({ code: "overloaded" });
  await Promise.all(opened.map((reply) => reply.body?.cancel()));
  await untilAllFree();
}, 60_000);

it("cuts the file short where the database goes away, so that nobody takes it for whole", async () => {
  const reply = await open();
  const reader = reply.body?.getReader();
  await reader?.read();
  await proxied.proxy.cut();
  const readAll = async (): Promise<void> => {
    for (;;) if ((await reader?.read())?.done) return;
  };
  await expect(readAll()).rejects.toThrow();
  expect(await open()).toMatchObject({ status: 503 });
  await proxied.proxy.restore();
  await untilAllFree();
}, 60_000);

it("answers HEAD without a walk", async () => {
  const headers = { authorization: `Bearer ${app.adminToken}` };
  const reply = await fetch(app.url + path, { method: "HEAD", headers });
  expect([reply.status, reply.headers.get("content-type")]).toEqual([200, "application/x-ndjson; charset=utf-8"]);
  await untilAllFree();
});

it("opens for a key of the project that may read, and for no other", async () => {
  const { key } = await app.createKey("p", ["read"]);
  expect((await fetch(`${app.url}${path}?period=1h`, { headers: { "x-api-key": key } })).status).toBe(200);
  expect((await fetch(app.url + path, { headers: { "x-api-key": proxied.key } })).status).toBe(403);
  expect((await fetch(app.url + path)).status).toBe(401);
});

function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function busyConnections(): Promise<number> {
  const { rows } = await proxied.db.pool.query<{ busy: number }>(
    `select count(*)::integer as busy from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle' and backend_type = 'client backend'`,
  );
  return rows[0]?.busy ?? 0;
}
