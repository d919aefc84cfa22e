import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FunnelEvent } from "../stores/funnel-store.js";
import { type FunnelRules, furthestRun } from "./funnel-run.js";

const steps = 4;

const someEvents: fc.Arbitrary<FunnelEvent[]> = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 12 }),
    steps: fc.integer({ min: 1, max: 2 ** steps - 1 }),
    deviceKey: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 9 },
);

/** How far anyone could get, whichever events are taken as steps: all choices are tried. */
function furthest(events: readonly FunnelEvent[], { windowMs, beginBefore }: FunnelRules): number {
  const from = (step: number, next: number, begun: number): number =>
    Math.max(
      0,
      ...events.map((event, n) => {
        const isBegun = step === 0 ? event.at < beginBefore : event.at - begun <= windowMs;
        if (n < next || !isBegun || (event.steps & (1 << step)) === 0) return 0;
        return 1 + (step + 1 < steps ? from(step + 1, n + 1, step === 0 ? event.at : begun) : 0);
      }),
    );
  return from(0, 0, 0);
}

const event = (at: number, ...taken: number[]): FunnelEvent => ({
  at,
  steps: taken.reduce((mask, step) => mask | (1 << step), 0),
  deviceKey: at,
});
const rules = { steps, windowMs: 10, beginBefore: 100 };

describe("furthestRun", () => {
  it("gets as far as any choice of events does, in order and within the window", () => {
    fc.assert(
      fc.property(someEvents, fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 13 }), (events, ms, end) => {
        const asked = { steps, windowMs: ms, beginBefore: end };
        const run = furthestRun(events, asked);
        // It has sorted them.
        expect(run?.times.length ?? 0).toBe(furthest(events, asked));
        const times = run?.times ?? [];
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThanOrEqual(ms);
      }),
      { numRuns: 5_000 },
    );
  });

  it("does not depend on the order in which it is given the events", () => {
    fc.assert(
      fc.property(someEvents, (events) => {
        expect(furthestRun(events.toReversed(), rules)).toEqual(furthestRun([...events], rules));
      }),
    );
  });

  it("takes a step at the very end of the window, and none a millisecond later", () => {
    expect(furthestRun([event(0, 0), event(10, 1)], rules)?.times).toEqual([0, 10]);
    expect(furthestRun([event(0, 0), event(11, 1)], rules)?.times).toEqual([0]);
  });

  it("begins before the end of the period, and goes on behind it", () => {
    expect(furthestRun([event(99, 0), event(100, 1)], rules)?.times).toEqual([99, 100]);
    expect(furthestRun([event(100, 0), event(101, 1)], rules)).toBeNull();
  });

  it("takes one event for one step, though it may be several", () => {
    expect(furthestRun([event(0, 0, 1, 2)], rules)?.times).toEqual([0]);
    expect(furthestRun([event(0, 0, 1), event(1, 0, 1)], rules)?.times).toEqual([0, 1]);
  });

  it("puts the events of one millisecond in the order of the steps", () => {
    expect(furthestRun([event(5, 2), event(5, 1), event(5, 0)], rules)?.times).toEqual([5, 5, 5]);
  });

  it("prefers a later beginning that gets further", () => {
    const events = [event(0, 0), event(9, 1), event(10, 0), event(12, 1), event(15, 2)];
    expect(furthestRun(events, rules)).toEqual({ times: [10, 12, 15], deviceKey: 10 });
  });

  it("of equal runs takes the first to get there, begun last", () => {
    const events = [event(0, 0), event(3, 0), event(5, 1), event(6, 0), event(7, 1)];
    expect(furthestRun(events, rules)).toEqual({ times: [3, 5], deviceKey: 3 });
  });
});
