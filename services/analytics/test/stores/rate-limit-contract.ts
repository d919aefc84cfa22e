import { beforeEach, describe, expect, it } from "vitest";
import type { RateLimitStore } from "../../src/stores/rate-limit-store.js";

const at = new Date("2026-03-18T12:10:05Z");

export type RateLimitSubject = { limits: RateLimitStore; reset: () => Promise<void> };

/** What every rate limit store promises; run against each. */
export function itLimitsRates(subject: () => RateLimitSubject): void {
  describe("rate limits", () => {
    beforeEach(() => subject().reset());
    const take = (events: number, limit: number, now = at, projectId = "p1") =>
      subject().limits.take(projectId, events, limit, now);

    it("counts up to the limit and not past it", async () => {
      expect(await take(60, 100)).toEqual({ count: 60, exceeded: false });
      expect(await take(40, 100)).toEqual({ count: 100, exceeded: false });
      expect(await take(1, 100)).toEqual({ count: 100, exceeded: true });
    });

    it("does not count what it refuses", async () => {
      await take(60, 100);
      expect(await take(41, 100)).toEqual({ count: 60, exceeded: true });
      expect(await take(40, 100)).toEqual({ count: 100, exceeded: false });
    });

    it("starts anew with the next minute of the clock", async () => {
      await take(100, 100);
      expect(await take(1, 100, new Date("2026-03-18T12:10:59.999Z"))).toEqual({ count: 100, exceeded: true });
      expect(await take(1, 100, new Date("2026-03-18T12:11:00Z"))).toEqual({ count: 1, exceeded: false });
    });

    it("counts each project for itself", async () => {
      await take(100, 100);
      expect(await take(1, 100, at, "p2")).toEqual({ count: 1, exceeded: false });
    });

    it("lets no more than the limit through when many come at once", async () => {
      const verdicts = await Promise.all(Array.from({ length: 50 }, () => take(10, 100)));
      expect(verdicts.filter((verdict) => verdict?.exceeded === false)).toHaveLength(10);
    });
  });
}
