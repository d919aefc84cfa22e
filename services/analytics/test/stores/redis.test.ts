import { Redis } from "ioredis";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { counterKeys } from "../../src/stores/counter-store.js";
import { createRedisCacheStore } from "../../src/stores/redis/cache-store.js";
import { createRedisConnection, type RedisConnection } from "../../src/stores/redis/connection.js";
import { counterScripts, createRedisCounterStore } from "../../src/stores/redis/counter-store.js";
import { createRedisRateLimitStore, rateLimitScripts } from "../../src/stores/redis/rate-limit-store.js";
import { startRedis, type TestRedis } from "../support/redis.js";
import { silentLogger } from "../support/silent-logger.js";
import { itCaches } from "./cache-contract.js";
import { itKeepsCounters } from "./counters-contract.js";
import { itLimitsRates } from "./rate-limit-contract.js";

const scripts = { ...counterScripts, ...rateLimitScripts };
const noon = new Date("2026-03-18T12:10:00Z");
const usage = {
  at: noon,
  entries: [{ userId: "u1", projectId: "p1", tokens: 10, requests: 1, occurredAt: noon }],
};

let server: TestRedis;
let connection: RedisConnection;
let raw: Redis;

beforeAll(async () => {
  server = await startRedis();
  connection = createRedisConnection({ url: server.url, logger: silentLogger, scripts });
  await connection.connect();
  raw = new Redis(server.url);
  raw.on("error", () => undefined);
});

afterAll(async () => {
  await connection.close();
  raw.disconnect();
  await server.stop();
});

describe("in Redis", () => {
  const reset = async () => {
    await raw.flushall();
  };
  let counters: ReturnType<typeof createRedisCounterStore>;
  beforeAll(() => {
    counters = createRedisCounterStore(connection, () => undefined);
  });

  itKeepsCounters(() => ({ counters, reset }));
  itLimitsRates(() => ({ limits: createRedisRateLimitStore(connection), reset }));
  itCaches(() => ({ cache: createRedisCacheStore(connection), reset }));

  it("keeps plain integers that never expire under the brief's keys, beside documented ones", async () => {
    await reset();
    await counters.recordUsage(usage);
    const keys = (await raw.keys("*")).sort();
    expect(keys).toEqual([
      "analytics:counters:day",
      "analytics:counters:hour",
      "analytics:counters:keys",
      "analytics:counters:version",
      "analytics:global:tokens:hourly",
      "analytics:project:p1:tokens:daily",
      "analytics:user:u1:requests:daily",
      "analytics:user:u1:tokens:daily",
    ]);
    expect(await raw.get("analytics:user:u1:tokens:daily")).toBe("10");
    expect(await raw.get("analytics:user:u1:requests:daily")).toBe("1");
    expect(await raw.get("analytics:project:p1:tokens:daily")).toBe("10");
    expect(await raw.get("analytics:global:tokens:hourly")).toBe("10");
    for (const key of keys) expect(await raw.ttl(key)).toBe(-1);
  });

  it("deletes a day's keys with the next day, however many there are", async () => {
    await reset();
    const many = Array.from({ length: 2_500 }, (_, n) => ({ ...usage.entries[0], userId: `u${n}` }));
    await counters.recordUsage({ at: noon, entries: many as typeof usage.entries });
    await counters.rollOver(new Date("2026-03-19T00:00:00Z"));
    expect(await raw.keys("analytics:user:*")).toEqual([]);
  });

  it("asks for healing when Redis is found empty, and not otherwise", async () => {
    let asked = 0;
    const watched = createRedisCounterStore(connection, () => {
      asked += 1;
    });
    await raw.flushall();
    await watched.recordUsage(usage);
    expect(asked).toBe(1);
    await watched.recordUsage(usage);
    await watched.rollOver(new Date("2026-03-19T00:00:00Z"));
    expect(asked).toBe(1);
  });

  it("asks for healing when Redis takes writes again that it had refused", async () => {
    let asked = 0;
    const watched = createRedisCounterStore(connection, () => {
      asked += 1;
    });
    await reset();
    await watched.recordUsage(usage);
    await raw.config("SET", "maxmemory", "1");
    await watched.recordUsage(usage);
    expect([asked, connection.isUp()]).toEqual([1, false]);
    await raw.config("SET", "maxmemory", "0");
    await watched.recordUsage(usage);
    expect(asked).toBe(2);
    await watched.recordUsage(usage);
    expect(asked).toBe(2);
  });

  it("drops counters that no new day would reset, and nothing else", async () => {
    await reset();
    await counters.recordUsage(usage);
    const many = Array.from({ length: 2_500 }, (_, n) => `analytics:user:u*${n}:tokens:daily`);
    await raw.mset(...many.flatMap((key) => [key, "1"]), "analytics:cache:x:daily", "1", "other:daily", "1");
    expect(await counters.dropStrays()).toBe(2_500);
    expect(await counters.dropStrays()).toBe(0);
    expect(await raw.mget("analytics:user:u1:tokens:daily", "analytics:cache:x:daily", "other:daily")).toEqual([
      "10",
      "1",
      "1",
    ]);
  });

  it("lets a rate window's key go two minutes later", async () => {
    await reset();
    await createRedisRateLimitStore(connection).take("p1", 5, 100, noon);
    const [key = ""] = await raw.keys("analytics:ratelimit:*");
    expect(await raw.pttl(key)).toBeGreaterThan(60_000);
    expect(await raw.pttl(key)).toBeLessThanOrEqual(120_000);
  });
});

describe("a Redis that is away", () => {
  it("costs no call more than half a second, is logged once, and is used again when it is back", async () => {
    const lines: string[] = [];
    const logger = pino({}, { write: (line: string) => void lines.push(line) });
    const watched = createRedisConnection({ url: server.url, logger, scripts });
    let ups = 0;
    watched.onUp(() => {
      ups += 1;
    });
    await watched.connect();
    const store = createRedisCounterStore(watched, () => undefined);
    expect(ups).toBe(1);

    await server.kill();
    await expect.poll(() => watched.isUp(), { timeout: 2_000, interval: 10 }).toBe(false);
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 1_000 }, () => store.recordUsage(usage)));
    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(await store.read({ userIds: ["u1"], projectIds: [] }, noon)).toBeNull();
    expect(await store.version()).toBeNull();
    expect(await store.rollOver(noon)).toBe(false);
    expect(await store.replaceAll({ users: new Map(), projects: new Map(), globalTokensThisHour: 0 }, noon)).toBe(
      "down",
    );
    expect(await createRedisRateLimitStore(watched).take("p1", 1, 10, noon)).toBeNull();
    expect(await createRedisCacheStore(watched).get("analytics:cache:x")).toBeUndefined();
    await createRedisCacheStore(watched).set("analytics:cache:x", 1, 10);

    await server.start();
    await expect.poll(() => ups, { timeout: 10_000, interval: 20 }).toBe(2);
    await store.recordUsage(usage);
    const values = await store.read({ userIds: ["u1"], projectIds: [] }, noon);
    expect(values?.users.get("u1")).toEqual({ tokens: 10, requests: 1 });
    expect(lines.filter((line) => line.includes("Redis is away"))).toHaveLength(1);
    await watched.close();
  });

  it("does not hold anybody up when it accepts and then never answers", async () => {
    await raw.client("PAUSE", 3_000, "ALL");
    const startedAt = performance.now();
    const store = createRedisCounterStore(connection, () => undefined);
    await store.recordUsage(usage);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    const afterwards = performance.now();
    await Promise.all(Array.from({ length: 100 }, () => store.recordUsage(usage)));
    expect(performance.now() - afterwards).toBeLessThan(100);
    await expect.poll(() => connection.isUp(), { timeout: 10_000, interval: 50 }).toBe(true);
  });

  it("is not used while it is a replica that takes no writes, and is used as soon as it is none", async () => {
    await raw.replicaof("127.0.0.1", 1);
    const watched = createRedisConnection({ url: server.url, logger: silentLogger, scripts });
    expect(await watched.connect()).toBe(false);
    expect(await watched.run((redis) => redis.get(counterKeys.day))).toEqual({ kind: "down" });
    await raw.replicaof("NO", "ONE");
    await expect.poll(() => watched.isUp(), { timeout: 10_000, interval: 50 }).toBe(true);
    await watched.close();
    await expect.poll(() => connection.isUp(), { timeout: 10_000, interval: 50 }).toBe(true);
  });

  it("is no reason not to start", async () => {
    const nowhere = createRedisConnection({ url: "redis://127.0.0.1:1", logger: silentLogger, scripts });
    expect(await nowhere.connect()).toBe(false);
    expect(await nowhere.run((redis) => redis.get(counterKeys.day))).toEqual({ kind: "down" });
    await nowhere.close();
  });
});
