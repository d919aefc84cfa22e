import type { Redis } from "ioredis";
import { type RateLimitStore, rateLimitKey, rateWindowMs, rateWindowOf } from "../rate-limit-store.js";
import type { RedisConnection } from "./connection.js";

// A window is over after a minute; twice that forgives clocks of replicas that differ.
const keyTtlMs = 2 * rateWindowMs;

/** KEYS: the window. ARGV: events, limit, lifetime. Replies: the count, and 1 when the events would have passed the limit. */
export const rateLimitScripts = {
  takeEvents: `
    local count = tonumber(redis.call("get", KEYS[1]) or "0")
    if count + tonumber(ARGV[1]) > tonumber(ARGV[2]) then return {count, 1} end
    count = redis.call("incrby", KEYS[1], ARGV[1])
    redis.call("pexpire", KEYS[1], ARGV[3])
    return {count, 0}`,
} as const;

type Scripted = Redis & {
  takeEvents(keys: 1, key: string, events: number, limit: number, ttlMs: number): Promise<[number, number]>;
};

export function createRedisRateLimitStore(connection: RedisConnection): RateLimitStore {
  return {
    async take(projectId, events, limit, now) {
      const key = rateLimitKey(projectId, rateWindowOf(now));
      const done = await connection.run((redis) => (redis as Scripted).takeEvents(1, key, events, limit, keyTtlMs));
      if (done.kind === "down") return null;
      const [count, exceeded] = done.result;
      return { count, exceeded: exceeded === 1 };
    },
  };
}
