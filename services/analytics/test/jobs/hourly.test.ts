import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { JobResult } from "../../src/jobs/run-window.js";
import { startTestApp, type TestApp } from "../support/app.js";
import { startRedis, type TestRedis } from "../support/redis.js";

let server: TestRedis;
let raw: Redis;
let app: TestApp;
beforeAll(async () => {
  server = await startRedis();
  raw = new Redis(server.url, { maxRetriesPerRequest: null });
  raw.on("error", () => undefined);
  app = await startTestApp({ redis: server.url, now: "2026-03-18T10:20:00Z" });
  await record("early", 100);
  app.clock.set("2026-03-18T11:10:00Z");
  await record("ann", 30);
  await record("bob", 5);
});
beforeEach(() => app.clock.set("2026-03-18T11:30:00Z"));
afterAll(async () => {
  await app.stop();
  raw.disconnect();
  await server.stop();
});

async function record(userId: string, inputTokens: number): Promise<void> {
  const model = "claude-3-haiku-20240307";
  const { status } = await app.fetchJson("/usage/api", {
    body: { userId, projectId: "p", model, inputTokens, outputTokens: 0 },
  });
  expect(status).toBe(201);
}

async function runHourly(at: string, options: { again?: boolean } = { again: true }): Promise<JobResult> {
  app.clock.set(at);
  const job = app.domain.schedule.jobs.find(({ name }) => name === "hourly");
  if (job === undefined) throw new Error("there is an hourly job");
  return app.domain.schedule.runNow(job, options);
}

function did(result: JobResult, step: string): unknown {
  if (result.kind !== "done") throw new Error(`the job is ${JSON.stringify(result)}`);
  const report = result.steps.find((candidate) => candidate.step === step);
  return report !== undefined && "did" in report ? report.did : undefined;
}

const briefsKeys = async () => {
  const keys = (await raw.keys("analytics:*")).filter((key) => /:(daily|hourly)$/.test(key)).sort();
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await raw.get(key)])));
};
const truth = {
  "analytics:global:tokens:hourly": "35",
  "analytics:project:p:tokens:daily": "135",
  "analytics:user:ann:requests:daily": "1",
  "analytics:user:ann:tokens:daily": "30",
  "analytics:user:bob:requests:daily": "1",
  "analytics:user:bob:tokens:daily": "5",
  "analytics:user:early:requests:daily": "1",
  "analytics:user:early:tokens:daily": "100",
};

describe("the hourly job heals the brief's keys", () => {
  it.each<[string, () => Promise<unknown>]>([
    ["wiped", () => raw.flushall()],
    ["lost one by one", () => raw.del("analytics:user:ann:tokens:daily", "analytics:global:tokens:hourly")],
    ["wrong", () => raw.mset("analytics:user:ann:tokens:daily", "7", "analytics:project:p:tokens:daily", "no number")],
    [
      "of another type",
      async () =>
        raw.multi().del("analytics:user:bob:tokens:daily").lpush("analytics:user:bob:tokens:daily", "x").exec(),
    ],
    [
      "of somebody who did nothing",
      () =>
        raw
          .multi()
          .set("analytics:user:nobody:tokens:daily", "9")
          .sadd("analytics:counters:keys", "analytics:user:nobody:tokens:daily")
          .exec(),
    ],
    [
      "of yesterday, and their list was evicted",
      () => raw.multi().set("analytics:user:old:tokens:daily", "9").del("analytics:counters:keys").exec(),
    ],
    ["of another day", () => raw.set("analytics:counters:day", "2026-03-17")],
  ])("that are %s", async (_what, harm) => {
    await harm();
    await runHourly("2026-03-18T11:30:00Z");
    expect(await briefsKeys()).toEqual(truth);
    for (const key of Object.keys(truth)) expect(await raw.ttl(key)).toBe(-1);
  });

  it("that were lost with the server", async () => {
    await server.kill();
    await server.start();
    await expect.poll(() => app.domain.isCacheUp(), { timeout: 20_000 }).toBe(true);
    await runHourly("2026-03-18T11:30:00Z");
    expect(await briefsKeys()).toEqual(truth);
  });
});

describe("the hourly job", () => {
  it("closes the hour: its counter begins anew though nobody writes, and its sums are kept with the run", async () => {
    const result = await runHourly("2026-03-18T12:00:00Z", {});
    expect(await raw.get("analytics:global:tokens:hourly")).toBe("0");
    expect(did(result, "close")).toMatchObject({
      from: "2026-03-18T11:00:00.000Z",
      to: "2026-03-18T12:00:00.000Z",
      tokens: 35,
      requests: 2,
      builds: 0,
    });
  });

  it("caches the last 24 hours' sums, each until a day after its end", async () => {
    await raw.flushall();
    await runHourly("2026-03-18T12:00:10Z");
    const keys = (await raw.keys("analytics:cache:hour:*")).sort();
    expect(keys).toHaveLength(24);
    expect([keys[0], keys[23]]).toEqual(["analytics:cache:hour:2026-03-17T12", "analytics:cache:hour:2026-03-18T11"]);
    const hour = JSON.parse((await raw.get("analytics:cache:hour:2026-03-18T10")) ?? "null");
    expect(hour).toMatchObject({ from: "2026-03-18T10:00:00.000Z", tokens: 100, requests: 1, app_events: 0 });
    const day = 24 * 3_600;
    for (const [key, ttl] of [
      [keys[23], day - 10],
      [keys[0], 3_600 - 10],
    ] as const) {
      expect(await raw.ttl(key ?? "")).toBeLessThanOrEqual(ttl);
      expect(await raw.ttl(key ?? "")).toBeGreaterThan(ttl - 60);
    }
  });

  it("refreshes the cached dashboard, which lives for five minutes", async () => {
    await runHourly("2026-03-18T12:00:20Z");
    const [key = ""] = await raw.keys("analytics:cache:dashboard*");
    expect(JSON.parse((await raw.get(key)) ?? "null").generatedAt).toBe("2026-03-18T12:00:20.000Z");
    expect(await raw.ttl(key)).toBeLessThanOrEqual(300);
    expect(await raw.ttl(key)).toBeGreaterThan(240);
  });

  it("mends what is shown now once, however many hours are caught up", async () => {
    const job = app.domain.schedule.jobs.find(({ name }) => name === "hourly");
    if (job === undefined) throw new Error("there is an hourly job");
    app.clock.set("2026-03-18T15:00:00Z");
    const window = { start: new Date("2026-03-18T10:00:00Z"), end: new Date("2026-03-18T11:00:00Z") };
    const result = await app.domain.schedule.runNow(job, { window, again: true });
    expect(did(result, "close")).toMatchObject({ tokens: 100 });
    expect(did(result, "counters")).toEqual({ leftTo: "the last hour" });
  });

  it("twice leaves the same as once", async () => {
    const everything = async () => {
      const keys = (await raw.keys("analytics:*")).filter((key) => key !== "analytics:counters:version").sort();
      const values = await Promise.all(
        keys.map(async (key) => ((await raw.type(key)) === "set" ? (await raw.smembers(key)).sort() : raw.get(key))),
      );
      return keys.map((key, n) => [key, values[n]]);
    };
    await runHourly("2026-03-18T15:00:00Z");
    const once = await everything();
    await runHourly("2026-03-18T15:00:00Z");
    expect(await everything()).toEqual(once);
  });

  it("is done without Redis: it heals by itself when it is back", async () => {
    await server.kill();
    await expect.poll(() => app.domain.isCacheUp(), { timeout: 20_000 }).toBe(false);
    const result = await runHourly("2026-03-18T16:00:00Z");
    expect(did(result, "counters")).toEqual({ reset: false, counters: "down", strays: null });
    await server.start();
    await expect.poll(() => raw.get("analytics:user:ann:tokens:daily"), { timeout: 20_000 }).toBe("30");
  });
});
