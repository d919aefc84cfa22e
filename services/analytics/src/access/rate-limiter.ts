import { type RateLimitStore, rateWindowMs } from "../stores/rate-limit-store.js";

export type RateVerdict = {
  /** Events of the project counted in this minute; those of a refused request are not among them. */
  count: number;
  limit: number;
  exceeded: boolean;
  /** Until the minute ends, at least 1. */
  retryAfterSeconds: number;
  resetSeconds: number;
};

export type RateLimiter = {
  take(projectId: string, events: number, limit: number, now: Date): Promise<RateVerdict>;
};

/** Counts in the store that replicas share; while that is away, each replica counts for itself. */
export function createRateLimiter(shared: RateLimitStore, fallback: RateLimitStore): RateLimiter {
  return {
    async take(projectId, events, limit, now) {
      const taken =
        (await shared.take(projectId, events, limit, now)) ?? (await fallback.take(projectId, events, limit, now));
      const resetSeconds = Math.max(1, Math.ceil((rateWindowMs - (now.getTime() % rateWindowMs)) / 1_000));
      const { count, exceeded } = taken ?? { count: events, exceeded: false };
      return { count, limit, exceeded, retryAfterSeconds: resetSeconds, resetSeconds };
    },
  };
}
