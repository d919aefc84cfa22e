import type { CacheStore } from "../cache-store.js";
import type { RedisConnection } from "./connection.js";

export function createRedisCacheStore(connection: RedisConnection): CacheStore {
  return {
    async get(key) {
      const done = await connection.run((redis) => redis.get(key));
      if (done.kind === "down" || done.result === null) return undefined;
      try {
        return JSON.parse(done.result);
      } catch {
        // Somebody else wrote there: as good as a miss.
        return undefined;
      }
    },
    async set(key, value, ttlSeconds) {
      await connection.run((redis) => redis.set(key, JSON.stringify(value), "EX", ttlSeconds));
    },
    async delete(key) {
      await connection.run((redis) => redis.del(key));
    },
  };
}
