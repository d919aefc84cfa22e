import type { Problem } from "@mobigen/analytics-contract";
import { afterEach, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { createTestDatabase, type TestDatabase } from "../support/postgres.js";
import { openRawConnection } from "../support/raw-http.js";

let db: TestDatabase | undefined;
afterEach(async () => {
  await db?.drop();
  db = undefined;
});

async function startWithKey(): Promise<{ app: TestApp; key: string; database: TestDatabase }> {
  const database = await createTestDatabase();
  db = database;
  const app = await startTestApp({ db: database });
  await app.createProject({ id: "p" });
  return { app, key: (await app.createKey("p")).key, database };
}

function body(eventId: string): string {
  return JSON.stringify({
    events: [{ eventId, type: "custom", sessionId: "s", timestamp: "2026-03-18T10:00:00Z" }],
  });
}

it("answers every request that is under way, after its commit, and accepts no other", async () => {
  const { app, key, database } = await startWithKey();
  const sent = Array.from({ length: 40 }, (_, n) =>
    fetch(`${app.url}/api/events`, {
      method: "POST",
      headers: { "x-api-key": key, "content-type": "application/json" },
      body: body(`e${n}`),
    }),
  );
  // Under way: its head is read, its body is not whole.
  const slow = await openRawConnection(app.url);
  const text = body("slow");
  slow.send(
    `POST /api/events HTTP/1.1\r\nhost: x\r\nx-api-key: ${key}\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n`,
    text.slice(0, 10),
  );
  const replies = await Promise.all(sent);
  const stopped = app.stop();
  await expect
    .poll(() =>
      fetch(`${app.url}/health`).then(
        () => true,
        () => false,
      ),
    )
    .toBe(false);
  slow.send(text.slice(10));
  expect(await slow.closed()).toMatch(/^HTTP\/1\.1 200 [\s\S]*"accepted":1/);
  await stopped;
  expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
  const { rows } = await database.pool.query("select count(*) as count from app_event");
  expect(rows[0]).toEqual({ count: 41 });
});

it("tells a kept connection that it stops, and closes it", async () => {
  const { app } = await startWithKey();
  const busy = await openRawConnection(app.url);
  busy.send("POST /api/projects HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n");
  const kept = await openRawConnection(app.url);
  kept.send("GET /health HTTP/1.1\r\nhost: x\r\n\r\n");
  await expect.poll(kept.received).toMatch(/^HTTP\/1\.1 200 /);
  // A request whose head has begun when the service stops.
  kept.send("GET /health HTTP/1.1\r\nhost: x\r\n");
  await new Promise((resolve) => setTimeout(resolve, 30));
  const stopped = app.stop();
  kept.send("\r\n");
  busy.socket.destroy();
  const reply = await kept.closed().catch(() => "");
  const last = reply.slice(reply.lastIndexOf("HTTP/1.1"));
  expect(last).toMatch(/^HTTP\/1\.1 503 [\s\S]*connection: close/i);
  expect((JSON.parse(last.slice(last.indexOf("{"))) as Problem).code).toBe("stopping");
  await stopped;
});

it("ends within ten seconds although a client never finishes", async () => {
  const { app, key } = await startWithKey();
  const stuck = await openRawConnection(app.url);
  stuck.send(
    `POST /api/events HTTP/1.1\r\nhost: x\r\nx-api-key: ${key}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  const startedAt = performance.now();
  await app.stop();
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});

it("may be asked to stop twice", async () => {
  const { app } = await startWithKey();
  await Promise.all([app.stop(), app.stop()]);
  await app.stop();
});
