import type { IngestReply, Problem } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createVerifyStore } from "../../src/stores/postgres/verify-store.js";
import { startTestApp, type TestApp } from "../support/app.js";

let app: TestApp;
let key: string;

beforeAll(async () => {
  app = await startTestApp();
  await app.createProject({ id: "storm", eventsPerMinute: 1_000_000 });
  key = (await app.createKey("storm")).key;
  // The key is cached from here on: what is tested is the way of the events.
  await send(batchOf("warm", 1));
});

afterAll(() => app.stop());

function batchOf(name: string, count: number) {
  const events = Array.from({ length: count }, (_, n) => ({
    eventId: `${name}-${n}`,
    type: "tap",
    sessionId: `session-${name}`,
    anonymousId: `install-${n % 3}`,
    timestamp: "2026-03-18T10:00:00Z",
    properties: { text: "x".repeat(500) },
  }));
  return { events };
}

function send(body: object) {
  return app.fetchJson<IngestReply & Problem>("/api/events", { body, key });
}

/** Ends every connection of the service, in the middle of whatever it does. */
async function breakConnections(): Promise<void> {
  await app.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'mobigen-analytics'`,
  );
}

describe("while the database breaks every connection again and again", () => {
  it("a batch that was answered with 200 is stored, any other is 503, and retries store each event once", async () => {
    const before = (await stored()) ?? 0;
    const names = Array.from({ length: 60 }, (_, n) => `batch-${n}`);
    let refusals = 0;
    let isStorm = true;
    const storm = (async () => {
      while (isStorm) {
        await breakConnections();
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    })();
    const sendUntilStored = async (name: string): Promise<void> => {
      for (let attempt = 1; attempt <= 200; attempt += 1) {
        if (attempt > 20) isStorm = false;
        const { status, headers, body } = await send(batchOf(name, 50));
        if (status === 200) {
          expect(body).toMatchObject({ accepted: 50, rejected: 0 });
          return;
        }
        expect([status, body.code, headers.get("retry-after")]).toEqual([503, "store_unavailable", expect.any(String)]);
        refusals += 1;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(`${name} was never stored`);
    };
    const queue = names.values();
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (const name of queue) await sendUntilStored(name);
      }),
    );
    isStorm = false;
    await storm;
    expect(refusals).toBeGreaterThan(0);
    expect(await stored()).toBe(before + 60 * 50);
    const checks = await createVerifyStore(app.pool).recount(5);
    expect(checks.filter((check) => check.differences > 0)).toEqual([]);
  }, 60_000);
});

async function stored(): Promise<number | undefined> {
  const { rows } = await app.pool.query<{ count: number }>("select count(*) from app_event");
  return rows[0]?.count;
}
