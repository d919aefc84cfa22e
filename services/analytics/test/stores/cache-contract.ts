import { beforeEach, describe, expect, it } from "vitest";
import type { CacheStore } from "../../src/stores/cache-store.js";

export type CacheSubject = { cache: CacheStore; reset: () => Promise<void> };

/** What every cache promises; run against each. */
export function itCaches(subject: () => CacheSubject): void {
  describe("cache", () => {
    beforeEach(() => subject().reset());
    const key = "analytics:cache:test";

    it("gives back what it was given, until it is deleted", async () => {
      const { cache } = subject();
      expect(await cache.get(key)).toBeUndefined();
      await cache.set(key, { list: [1, "two", null] }, 60);
      expect(await cache.get(key)).toEqual({ list: [1, "two", null] });
      await cache.delete(key);
      expect(await cache.get(key)).toBeUndefined();
    });

    it("gives everybody a copy of their own", async () => {
      const { cache } = subject();
      const value = { list: [1] };
      await cache.set(key, value, 60);
      value.list.push(2);
      expect(await cache.get(key)).toEqual({ list: [1] });
    });

    it("forgets when the time is over", async () => {
      const { cache } = subject();
      await cache.set(key, 1, 1);
      await expect.poll(() => cache.get(key), { timeout: 3_000, interval: 50 }).toBeUndefined();
    });
  });
}
