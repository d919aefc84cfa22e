import { describe, expect, it } from "vitest";
import { formatChange, formatName, formatShort, formatValue, formatWeek } from "./format.js";

describe("numbers of a report", () => {
  it.each([
    [1_234_567, "count", "1,234,567"],
    [0, "count", "0"],
    [12_345_678_901, "count", "12.3B"],
    [1_234_567.89, "dollars", "$1,234,568"],
    [12.345, "dollars", "$12.35"],
    [0.004_56, "dollars", "$0.0046"],
    [0, "dollars", "$0.00"],
    [96.25, "percent", "96.3%"],
    [null, "dollars", "–"],
  ] as const)("are written in full: %s %s", (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });

  it.each([
    [999, "count", "999"],
    [12_345, "count", "12.3K"],
    [99.99, "dollars", "$99.99"],
    [12_345, "dollars", "$12.3K"],
  ] as const)("are written short: %s %s", (value, unit, text) => {
    expect(formatShort(value, unit)).toBe(text);
  });

  it.each([
    [12.5, 9, "+12.5%"],
    [-3, 9, "−3.0%"],
    [0, 9, "±0%"],
    [500, 9, "+500%"],
    [123_456, 9, "> +9,999%"],
    [null, 9, "new"],
    [null, 0, "–"],
    [null, null, "–"],
  ] as const)("change: %s", (change, value, text) => {
    expect(formatChange(change, value)).toBe(text);
  });

  it("name their week by its first and last day", () => {
    const week = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) });
    expect(formatWeek(week("2026-03-09", "2026-03-16"), "UTC")).toBe("9–15 March 2026");
    expect(formatWeek(week("2026-03-30", "2026-04-06"), "UTC")).toBe("30 March – 5 April 2026");
    expect(formatWeek(week("2026-12-28", "2027-01-04"), "UTC")).toBe("28 December 2026 – 3 January 2027");
  });
});

describe("names of a report", () => {
  it("are one line, of sixty characters, and turn no text around", () => {
    expect(formatName("  Two\n lines\t")).toBe("Two lines");
    expect(formatName("evil\u202egnp.exe")).toBe("evilgnp.exe");
    expect([...formatName("😀".repeat(200))]).toHaveLength(60);
  });
});
