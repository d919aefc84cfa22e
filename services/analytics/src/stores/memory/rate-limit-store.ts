import { type RateLimitStore, rateWindowOf } from "../rate-limit-store.js";

/** Limits of one process. Holds the projects of one minute: the next minute starts empty. */
export function createMemoryRateLimitStore(): RateLimitStore {
  let window = -1;
  let counts = new Map<string, number>();
  return {
    async take(projectId, events, limit, now) {
      const current = rateWindowOf(now);
      if (current !== window) {
        window = current;
        counts = new Map();
      }
      const count = counts.get(projectId) ?? 0;
      if (count + events > limit) return { count, exceeded: true };
      counts.set(projectId, count + events);
      return { count: count + events, exceeded: false };
    },
  };
}
