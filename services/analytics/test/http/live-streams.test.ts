import { setTimeout as sleep } from "node:timers/promises";
import { liveMessages } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, expect, it } from "vitest";
import { maxStreamsOfProject } from "../../src/routes/live.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { idsOf, openLive } from "../support/live-stream.js";
import { openRawConnection, type RawConnection } from "../support/raw-http.js";

const [never, heartbeatMs, maxStreamMs] = [3_600_000, 200, 2_000];
// A message of as many events as it shows, larger than what a socket that nobody reads takes in three.
const [eventsOfMessage, padding, messages] = [50, 30_000, 6];

let brief: TestApp;
let beating: TestApp;
let quiet: TestApp;
let key: string;
beforeAll(async () => {
  quiet = await startTestApp({ times: { live: { heartbeatMs: never, maxStreamMs: never } } });
  const shared = { db: quiet.db, clock: quiet.clock };
  beating = await startTestApp({ ...shared, times: { live: { heartbeatMs, maxStreamMs: never } } });
  brief = await startTestApp({ ...shared, times: { live: { heartbeatMs: never, maxStreamMs } } });
  await quiet.createProject({ id: "p", eventsPerMinute: 100_000 });
  ({ key } = await quiet.createKey("p"));
});
afterAll(async () => {
  await brief.stop();
  await beating.stop();
  await quiet.stop();
});

let sent = 0;

async function sendLarge(): Promise<void> {
  const events = Array.from({ length: eventsOfMessage }, () => {
    sent += 1;
    return { eventId: `event-${sent}`, type: "custom", sessionId: "s", properties: { text: "x".repeat(padding) } };
  });
  const reply = await quiet.fetchJson("/api/events", { key, body: { batchId: "b", events } });
  expect(reply).toMatchObject({ status: 200, body: { accepted: eventsOfMessage } });
}

/** A viewer whose bytes the test takes, or leaves. */
async function openRaw(to: TestApp): Promise<RawConnection> {
  const connection = await openRawConnection(to.url);
  connection.send(`GET /api/projects/p/live HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${to.adminToken}\r\n\r\n`);
  await until(() => connection.received().includes("event: hello"));
  return connection;
}

async function until(isSo: () => boolean): Promise<void> {
  for (let n = 0; n < 500; n += 1) {
    if (isSo()) return;
    await sleep(20);
  }
  throw new Error("it does not come");
}

/** How many events a viewer was shown, and how many it was told it missed. */
function countOf(received: string): { shown: number; skipped: number } {
  let [shown, skipped] = [0, 0];
  for (const [, data = ""] of received.matchAll(/event: events\ndata: (.*)\n\n/g)) {
    const message = liveMessages.events.parse(JSON.parse(data.replaceAll(/\r\n[0-9a-f]+\r\n/g, "")));
    shown += message.events.length;
    skipped += message.skipped;
  }
  return { shown, skipped };
}

it("says goodbye when its time is over, and greets whoever comes back", async () => {
  const stream = await openLive(brief);
  const said = [await stream.next(), await stream.next(), await stream.next()];
  expect(said.map((message) => message?.event)).toEqual(["hello", "bye", undefined]);
  const again = await openLive(brief);
  expect((await again.next())?.event).toBe("hello");
  again.leave();
});

it("beats while nothing comes in, so that no proxy takes it for dead", async () => {
  const viewer = await openRaw(beating);
  await until(() => viewer.received().split(":\n\n").length > 3);
  expect(viewer.received()).not.toContain("event: events");
  viewer.socket.destroy();
});

it("keeps nothing for who does not read, tells them how much they missed, and makes nobody else wait", async () => {
  const slow = await openRaw(quiet);
  const other = await openLive(quiet);
  await other.next();
  slow.socket.pause();
  for (let n = 0; n < messages; n += 1) {
    await sendLarge();
    expect(await idsOf(other, eventsOfMessage)).toHaveLength(eventsOfMessage);
  }
  slow.socket.resume();
  await until(() => countOf(slow.received()).shown > 0);
  await sleep(500);
  await sendLarge();
  await idsOf(other, eventsOfMessage);
  const all = (messages + 1) * eventsOfMessage;
  await until(() => {
    const { shown, skipped } = countOf(slow.received());
    return shown + skipped === all;
  });
  expect(countOf(slow.received()).skipped).toBeGreaterThanOrEqual(eventsOfMessage);
  slow.socket.destroy();
  other.leave();
});

it("cuts who takes nothing from one heartbeat to the next, and the place is free", async () => {
  const deaf = await Promise.all(Array.from({ length: maxStreamsOfProject }, () => openRaw(beating)));
  for (const { socket } of deaf) socket.pause();
  expect((await openLive(beating)).reply.status).toBe(503);
  const other = await openLive(quiet);
  await other.next();
  let status = 503;
  for (let n = 0; n < messages && status === 503; n += 1) {
    await sendLarge();
    await idsOf(other, eventsOfMessage);
    await sleep(3 * heartbeatMs);
    const stream = await openLive(beating);
    ({ status } = stream.reply);
    stream.leave();
  }
  expect(status).toBe(200);
  for (const { socket } of deaf) socket.destroy();
  other.leave();
});

it("does not cut who reads slowly", async () => {
  const slow = await openRaw(beating);
  const breaks = setInterval(() => {
    slow.socket.pause();
    setTimeout(() => slow.socket.resume(), heartbeatMs / 4);
  }, heartbeatMs / 2);
  for (let n = 1; n <= 3; n += 1) {
    await sendLarge();
    await until(() => {
      const { shown, skipped } = countOf(slow.received());
      return shown + skipped === n * eventsOfMessage;
    });
  }
  clearInterval(breaks);
  expect(slow.socket.destroyed).toBe(false);
  slow.socket.destroy();
});
