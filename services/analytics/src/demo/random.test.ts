import { describe, expect, it } from "vitest";
import { createRandom } from "./random.js";

function draw<Value>(count: number, next: () => Value): Value[] {
  return Array.from({ length: count }, next);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe("seeded chance", () => {
  it("draws the same from the same seed and something else from another", () => {
    const [a, b, other] = [createRandom("x"), createRandom("x"), createRandom("y")];
    const first = draw(50, a.uuid);
    expect(draw(50, b.uuid)).toEqual(first);
    expect(draw(50, other.uuid).filter((id) => first.includes(id))).toEqual([]);
  });

  it("makes valid version 4 UUIDs, each once", () => {
    const ids = draw(20_000, createRandom("ids").uuid);
    expect(new Set(ids).size).toBe(ids.length);
    expect(
      ids.filter((id) => !/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    ).toEqual([]);
  });

  it("spreads evenly, and keeps to its bounds", () => {
    const random = createRandom("even");
    const values = draw(20_000, random.next);
    expect(mean(values)).toBeCloseTo(0.5, 1);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(new Set(draw(1_000, () => random.int(3, 5)))).toEqual(new Set([3, 4, 5]));
  });

  it("follows its weights, its mean and its median", () => {
    const random = createRandom("shapes");
    const picks = draw(10_000, () =>
      random.weighted([
        ["often", 3],
        ["seldom", 1],
        ["never", 0],
      ] as const),
    );
    expect(picks.filter((pick) => pick === "often").length / picks.length).toBeCloseTo(0.75, 1);
    expect(picks).not.toContain("never");
    expect(mean(draw(10_000, () => random.poisson(2.5)))).toBeCloseTo(2.5, 0);
    expect(mean(draw(2_000, () => random.poisson(100))) / 100).toBeCloseTo(1, 1);
    expect(random.poisson(0)).toBe(0);
    const sorted = draw(10_001, () => random.logNormal(8, 0.5)).sort((a, b) => a - b);
    expect((sorted[5_000] ?? 0) / 8).toBeCloseTo(1, 1);
  });
});
