import { describe, expect, it } from "vitest";
import { type Kind, write, writeTick } from "./quantity";

describe("write", () => {
  it.each<[Kind, number | null, string, string]>([
    ["count", null, "–", "no value"],
    ["count", 0, "0", "0"],
    ["count", 99_999, "99,999", "99,999"],
    ["count", 123_456, "123K", "123,456"],
    ["count", 1.25, "1.3", "1.25"],
    ["tokens", 12_345_678, "12.3M", "12,345,678 tokens"],
    ["money", 0, "$0.00", "$0.00"],
    ["money", 0.000123456, "$0.00012", "$0.000123456"],
    ["money", 0.01, "$0.01", "$0.01"],
    ["money", -0.004, "-$0.004", "-$0.004"],
    ["money", 9_999.99, "$9,999.99", "$9,999.99"],
    ["money", 10_000.4, "$10,000", "$10,000.40"],
    ["money", 1_234_567.89, "$1.23M", "$1,234,567.89"],
    ["percent", 33.333, "33.3%", "33.333 %"],
    ["bytes", 0, "0 B", "0 bytes"],
    ["bytes", 999, "999 B", "999 bytes"],
    ["bytes", 1_500, "1.5 kB", "1,500 bytes"],
    ["bytes", 999_999, "1 MB", "999,999 bytes"],
    ["bytes", 2e15, "2,000 TB", "2,000,000,000,000,000 bytes"],
  ])("says %s %d as %s, exactly %s", (kind, value, short, exact) => {
    expect(write(kind, value)).toEqual({ short, exact });
  });

  it.each([
    [0, "0 ms"],
    [999.4, "999 ms"],
    [999.6, "1 s"],
    [1_250, "1.3 s"],
    [59_940, "59.9 s"],
    [59_999, "1 min 0 s"],
    [119_999, "2 min 0 s"],
    [3_599_999, "1 h 0 min"],
    [7_199_999, "2 h 0 min"],
    [86_400_000, "24 h 0 min"],
    [172_799_999, "2 days"],
    [216_000_000, "2.5 days"],
  ])("says a duration of %d ms as %s: no unit is ever full", (ms, short) => {
    expect(write("duration", ms).short).toBe(short);
  });
});

describe("writeTick", () => {
  it.each<[Kind, number, string]>([
    ["money", 2.5, "$2.50"],
    ["money", 5, "$5"],
    ["money", 0.05, "$0.05"],
    ["money", 12_000, "$12K"],
    ["count", 1_500, "1.5K"],
    ["percent", 50, "50%"],
  ])("names the level %s %d %s", (kind, value, expected) => {
    expect(writeTick(kind, value)).toBe(expected);
  });
});
