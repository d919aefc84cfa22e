import { expect, it } from "vitest";
import { scalesOf, stackOf } from "./scales";
import type { Point, TimeChartProps } from "./series";

const series = [
  { id: "a", label: "A" },
  { id: "b", label: "B" },
];
const points: [Point, Point, Point] = [
  { at: "2026-01-01T00:00:00Z", values: { a: 10, b: 30 } },
  { at: "2026-01-02T00:00:00Z", values: { a: 60, b: null } },
  { at: "2026-01-03T00:00:00Z", values: { a: 0, b: 70 } },
];

function scales(look: TimeChartProps["look"], more: Partial<Pick<TimeChartProps, "points" | "limit">> = {}) {
  return scalesOf({ look, series, points, kind: "count", ...more }, 356, 138);
}

it("lets a line go from edge to edge, and bars stand in the middle of their bands", () => {
  const line = scales("line");
  expect([line.x(0), line.x(2)]).toEqual([line.left, line.right]);
  const bars = scales("bar");
  expect([bars.band, bars.x(0), bars.x(2)]).toEqual([100, bars.left + 50, bars.right - 50]);
});

it("finds the place that a pointer is nearest to, also beyond the edges", () => {
  const { x, placeAt } = scales("bar");
  expect([-500, x(0) + 49, x(0) + 51, x(2), 5_000].map(placeAt)).toEqual([0, 0, 1, 2, 2]);
});

it("shows the head of each stack, the highest single value, the limit, and zero at the bottom", () => {
  expect(scales("stacked").ticks.at(-1)).toBeGreaterThanOrEqual(70);
  const stacked = scales("stacked", { points: [{ at: "", values: { a: 60, b: 70 } }] });
  expect(stacked.ticks.at(-1)).toBeGreaterThanOrEqual(130);
  expect(scales("line", { points: [{ at: "", values: { a: 60, b: 70 } }] }).ticks.at(-1)).toBeLessThan(130);
  const limited = scales("line", { limit: { value: 400, label: "Limit" } });
  expect(limited.y(400)).toBeGreaterThanOrEqual(limited.top);
  expect(limited.y(0)).toBe(limited.bottom);
});

it("puts one series on the other, those without a value with no height", () => {
  expect(stackOf(series, points[0])).toEqual([
    { from: 0, to: 10 },
    { from: 10, to: 40 },
  ]);
  expect(stackOf(series, points[1])).toEqual([
    { from: 0, to: 60 },
    { from: 60, to: 60 },
  ]);
});
