import type { UsageBatchReply, UsageReply, UsageStats } from "@mobigen/analytics-contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestApp, type TestApp } from "../support/app.js";
import { eventRollupDifferences, usageRollupDifferences } from "../support/usage.js";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const call = { userId: "storm", model: "claude-3-haiku-20240307", inputTokens: 7, outputTokens: 3 };

describe("while the database breaks every connection again and again", () => {
  it("a stored call is stored, a refused one is 503, and retries count each call once", async () => {
    const ids = Array.from({ length: 300 }, (_, n) => `storm-${n}`);
    const answered = new Set<string>();
    let refusals = 0;
    let isStorm = true;
    const storm = (async () => {
      while (isStorm) {
        await breakConnections();
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    })();
    const sendUntilStored = async (requestId: string, n: number): Promise<void> => {
      for (let attempt = 1; attempt <= 200; attempt += 1) {
        if (attempt > 40) isStorm = false;
        const path = n % 3 === 0 ? "/events" : "/usage/api";
        const body = n % 3 === 0 ? { event: "build.completed", eventId: requestId } : { ...call, requestId };
        const { status } = await app.fetchJson<UsageReply>(path, { body });
        if (status === 200 || status === 201) {
          answered.add(requestId);
          return;
        }
        expect(status).toBe(503);
        refusals += 1;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    // A few at a time, so that the storm meets many flushes.
    const queue = ids.entries();
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (const [n, id] of queue) await sendUntilStored(id, n);
      }),
    );
    isStorm = false;
    await storm;
    expect(answered.size).toBe(300);
    expect(refusals).toBeGreaterThan(0);
    const { body } = await app.fetchJson<UsageStats>("/usage/user/storm");
    expect(body).toMatchObject({ totalRequests: 200, totalTokens: 2_000 });
    const { rows } = await app.pool.query("select count(*) as n from platform_event");
    expect(rows[0].n).toBe(100);
    expect(await usageRollupDifferences(app.pool)).toEqual([]);
    expect(await eventRollupDifferences(app.pool)).toEqual([]);
  });

  it("a batch is stored whole or refused whole", async () => {
    const batch = Array.from({ length: 500 }, (_, n) => ({ ...call, userId: "whole", requestId: `whole-${n}` }));
    const [reply] = await Promise.all([
      app.fetchJson<UsageBatchReply>("/usage/api", { body: batch }),
      breakConnections(),
    ]);
    const { body } = await app.fetchJson<UsageStats>("/usage/user/whole");
    expect(body.totalRequests).toBe(reply.status === 201 ? 500 : 0);
  });
});

// Of the service alone: its connections carry its name.
async function breakConnections(): Promise<void> {
  await app.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'mobigen-analytics'`,
  );
}
