import { expect, it } from "vitest";
import { percentChange } from "./metrics-aggregator.js";

it("tells a change in percent to one decimal", () => {
  expect(percentChange(200, 231)).toBe(15.5);
  expect(percentChange(96, 91)).toBe(-5.2);
  expect(percentChange(3, 2)).toBe(-33.3);
  expect(percentChange(7, 0)).toBe(-100);
  expect(percentChange(5, 5)).toBe(0);
});

it("is zero, and not minus zero, where a decline is too small to show", () => {
  expect(Object.is(percentChange(1_000_000, 999_999), 0)).toBe(true);
});

it("is unknown from zero", () => {
  expect(percentChange(0, 12)).toBeNull();
  expect(percentChange(0, 0)).toBeNull();
});
