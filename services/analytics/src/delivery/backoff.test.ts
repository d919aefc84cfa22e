import { describe, expect, it } from "vitest";
import { delayAfter } from "./backoff.js";

describe("the wait after a failed attempt", () => {
  it("doubles from ten seconds to an hour, less up to a half", () => {
    const longest = Array.from({ length: 12 }, (_, n) => delayAfter(n + 1, () => 1) / 1_000);
    expect(longest).toEqual([10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600, 3_600]);
    expect(delayAfter(3, () => 0)).toBe(20_000);
  });
});
