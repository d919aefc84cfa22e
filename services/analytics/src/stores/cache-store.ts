/** A cache of JSON values. A miss and a cache that is down look alike: nobody depends on it. */
export type CacheStore = {
  /** The value, or undefined when it is absent, over its time, or the cache is down. */
  get(key: string): Promise<unknown>;
  /** Keeps a JSON value for `ttlSeconds`. Does nothing when the cache is down. */
  set(key: string, value: unknown, ttlSeconds: number): Promise<void>;
  delete(key: string): Promise<void>;
};

/** How long dashboard statistics may be shown. */
export const dashboardTtlSeconds = 5 * 60;

/** Every key that is passed to a cache begins with this. */
export const cachePrefix = "analytics:cache:";
