import { describe, expect, it } from "vitest";
import { labelPlaces, ticksBetween } from "./ticks";

describe("ticksBetween", () => {
  it.each([
    [0, 97, false, [0, 25, 50, 75, 100]],
    [0, 100, false, [0, 25, 50, 75, 100]],
    [0, 3, true, [0, 1, 2, 3]],
    [0, 1, true, [0, 1]],
    [0, 0.3, false, [0, 0.08, 0.16, 0.24, 0.32]],
    [0, 0.0000042, false, [0, 0.000002, 0.000004, 0.000006]],
    [-30, 60, false, [-50, -25, 0, 25, 50, 75]],
  ])("spans %d to %d (whole: %s) with %j", (lowest, highest, isWhole, expected) => {
    expect(ticksBetween(lowest, highest, 5, isWhole)).toEqual(expected);
  });

  it("always spans what it was given, by equal steps, whatever the size", () => {
    for (const highest of [1e-9, 0.017, 1, 7, 9.99, 12_345, 987_654_321, 4.2e15]) {
      for (const isWhole of [false, true]) {
        const ticks = ticksBetween(0, highest, 5, isWhole);
        const [first = 0, second = 0] = ticks;
        expect([first, (ticks.at(-1) ?? 0) >= highest], `${highest}`).toEqual([0, true]);
        expect(ticks.length, `${highest}`).toBeGreaterThanOrEqual(2);
        expect(ticks.length, `${highest}`).toBeLessThanOrEqual(6);
        ticks.forEach((tick, n) => {
          expect(tick).toBeCloseTo(n * second, 6);
          if (isWhole) expect(Number.isInteger(tick)).toBe(true);
        });
      }
    }
  });

  it("has a distance to draw by where nothing happened", () => {
    expect(ticksBetween(0, 0, 5, false)).toEqual([0, 1]);
  });
});

describe("labelPlaces", () => {
  it("labels the last place, and before it each that leaves room", () => {
    expect(labelPlaces(7, 100, 60)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(labelPlaces(7, 25, 60)).toEqual([0, 3, 6]);
    expect(labelPlaces(6, 25, 60)).toEqual([2, 5]);
    expect(labelPlaces(1, 25, 60)).toEqual([0]);
    expect(labelPlaces(0, 25, 60)).toEqual([]);
  });
});
