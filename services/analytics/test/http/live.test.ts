import { setTimeout as sleep } from "node:timers/promises";
import { liveMessages } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, expect, it } from "vitest";
import { maxStreamsOfProject } from "../../src/routes/live.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { idsOf, openLive } from "../support/live-stream.js";
import { openRawConnection } from "../support/raw-http.js";

let app: TestApp;
let replica: TestApp;
let key: string;
beforeAll(async () => {
  app = await startTestApp();
  replica = await startTestApp({ db: app.db, clock: app.clock });
  await app.createProject({ id: "p" });
  await app.createProject({ id: "other" });
  ({ key } = await app.createKey("p"));
});
afterAll(async () => {
  await replica.stop();
  await app.stop();
});

const path = "/api/projects/p/live";
let sent = 0;

/** Sends events to a replica; their ids. */
async function send(to: TestApp, count: number, more: object = {}): Promise<string[]> {
  const ids = Array.from({ length: count }, () => `event-${sent++}`);
  const events = ids.map((eventId) => ({ eventId, type: "custom", sessionId: "s", properties: { n: 1 }, ...more }));
  const reply = await to.fetchJson("/api/events", { key, body: { batchId: "b", events } });
  expect(reply).toMatchObject({ status: 200, body: { accepted: count } });
  return ids;
}

it("says hello with what came last, then brings each event once, whichever replica took it, late ones too", async () => {
  const before = await send(app, 3);
  const stream = await openLive(app);
  expect(stream.reply.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  const hello = liveMessages.hello.parse((await stream.next())?.data);
  expect(hello.recent.map(({ eventId }) => eventId).sort()).toEqual(before.sort());
  const ids = [
    ...(await send(replica, 2)),
    ...(await send(app, 1)),
    ...(await send(replica, 1, { timestamp: "2026-03-18T01:00:00Z" })),
  ];
  expect((await idsOf(stream, ids.length)).sort()).toEqual(ids.sort());
  const more = await send(app, 1);
  expect(await idsOf(stream, 1)).toEqual(more);
  stream.leave();
});

it("says hello without who was erased while others watched, on every replica, and forgets nobody else", async () => {
  const watching = [await openLive(app), await openLive(replica)];
  for (const stream of watching) await stream.next();
  const ids = [...(await send(app, 2, { userId: "anna" })), ...(await send(replica, 1, { userId: "ben" }))];
  for (const stream of watching) await idsOf(stream, ids.length);
  const erased = await app.fetchJson("/api/projects/p/actors/anna", { method: "DELETE" });
  expect(erased).toMatchObject({ status: 200, body: { events: 2 } });
  for (const to of [app, replica]) {
    const stream = await openLive(to);
    const { recent } = liveMessages.hello.parse((await stream.next())?.data);
    expect(recent.map(({ eventId }) => eventId)).toContain(ids[2]);
    expect(recent.filter(({ eventId }) => ids.slice(0, 2).includes(eventId))).toEqual([]);
    stream.leave();
  }
  for (const stream of watching) stream.leave();
});

it("shows fifty of a flood and counts the others", async () => {
  const stream = await openLive(app);
  await stream.next();
  await send(app, 80);
  const message = liveMessages.events.parse((await stream.next())?.data);
  expect([message.events.length, message.skipped]).toEqual([50, 30]);
  stream.leave();
});

it("brings the same to everybody who watches, and looks no more when all have left", async () => {
  const streams = [await openLive(app), await openLive(app)];
  for (const stream of streams) await stream.next();
  const ids = await send(app, 1);
  for (const stream of streams) expect(await idsOf(stream, 1)).toEqual(ids);
  for (const stream of streams) stream.leave();
  await untilAllFree();
});

it("opens for the dashboard's cookie and for a key that may read, and for nobody else", async () => {
  const signedIn = await app.fetchJson("/session", { body: { token: app.adminToken }, token: null });
  const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
  const reader = (await app.createKey("p", ["read"])).key;
  for (const headers of [{ cookie, "sec-fetch-site": "same-origin" }, { "x-api-key": reader }]) {
    const stream = await openLive(app, headers as Record<string, string>);
    expect((await stream.next())?.event).toBe("hello");
    stream.leave();
  }
  for (const headers of [{}, { "x-api-key": key }]) {
    expect([401, 403]).toContain((await openLive(app, headers)).reply.status);
  }
});

it("refuses more streams of a project than there is room for, until one ends", async () => {
  await untilAllFree();
  const streams = await Promise.all(Array.from({ length: maxStreamsOfProject }, () => openLive(app)));
  expect((await openLive(app)).reply.status).toBe(503);
  for (const stream of streams) stream.leave();
  await untilAllFree();
});

it("says goodbye when the service stops, which no stream holds up, not even one that nobody reads", async () => {
  const leaving = await startTestApp({ db: app.db, clock: app.clock });
  const stream = await openLive(leaving);
  await stream.next();
  const deaf = await openRawConnection(leaving.url);
  deaf.socket.pause();
  deaf.send(`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${leaving.adminToken}\r\n\r\n`);
  await sleep(300);
  const begun = performance.now();
  await leaving.stop();
  expect(performance.now() - begun).toBeLessThan(4_000);
  expect((await stream.next())?.event).toBe("bye");
  expect(await stream.next()).toBeUndefined();
  deaf.socket.destroy();
});

/** Until as many can watch as at the start. */
async function untilAllFree(): Promise<void> {
  for (let n = 0; n < 100; n += 1) {
    const streams = await Promise.all(Array.from({ length: maxStreamsOfProject }, () => openLive(app)));
    for (const stream of streams) stream.leave();
    if (streams.every(({ reply }) => reply.status === 200)) {
      await sleep(100);
      return;
    }
    await sleep(100);
  }
  throw new Error("a stream is never over");
}
