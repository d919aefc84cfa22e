import { LRUCache } from "lru-cache";
import type { CacheStore } from "../cache-store.js";

const maxEntries = 1_000;
const maxTextLength = 16 * 1024 * 1024;

/** A cache of one process. Holds JSON text, as Redis does, so that nobody changes what another one reads. */
export function createMemoryCacheStore(): CacheStore {
  const entries = new LRUCache<string, string>({
    max: maxEntries,
    maxSize: maxTextLength,
    sizeCalculation: (text) => Math.max(1, text.length),
  });
  return {
    async get(key) {
      const text = entries.get(key);
      return text === undefined ? undefined : JSON.parse(text);
    },
    async set(key, value, ttlSeconds) {
      entries.set(key, JSON.stringify(value), { ttl: ttlSeconds * 1_000 });
    },
    async delete(key) {
      entries.delete(key);
    },
  };
}
