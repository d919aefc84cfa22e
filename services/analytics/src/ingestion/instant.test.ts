import { instantSchema } from "@mobigen/analytics-contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseInstant } from "./instant.js";

describe("parseInstant", () => {
  it.each([
    ["2026-01-03T12:00:00Z", "2026-01-03T12:00:00.000Z"],
    ["2026-01-03T12:00:00.1239Z", "2026-01-03T12:00:00.123Z"],
    ["2026-01-03T12:00:00.5+05:30", "2026-01-03T06:30:00.500Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
    ["1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"],
    ["9999-12-31T23:59:59.9999Z", "9999-12-31T23:59:59.999Z"],
  ])("reads %s, cut to the millisecond", (text, instant) => {
    expect(parseInstant(text)).toBe(Date.parse(instant));
  });

  it.each([
    [1_767_441_600_000],
    [null],
    ["now"],
    ["2026-01-03"],
    ["2026-01-03T12:00:00"],
    ["2026-01-03T12:00Z"],
    ["2026-02-29T12:00:00Z"],
    ["2026-01-28T24:00:00Z"],
    ["2026-13-03T12:00:00Z"],
    ["2026-01-03T12:00:00Z\n"],
    ["2026-01-03t12:00:00z"],
    ["+012026-01-03T12:00:00Z"],
    ["0000-01-01T00:00:00Z"],
    ["0001-01-01T00:00:00+01:00"],
    ["9999-12-31T23:59:59-01:00"],
  ])("refuses %j", (value) => {
    expect(parseInstant(value)).toBeNull();
  });

  it("takes what the contract's schema takes, and nothing else", () => {
    const digits = (n: number) =>
      fc.integer({ min: 0, max: 10 ** n - 1 }).map((value) => String(value).padStart(n, "0"));
    const text = fc
      .tuple(
        fc.integer({ min: 2023, max: 2026 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        fc.integer({ min: 0, max: 24 }),
        digits(2),
        fc.option(digits(2), { nil: undefined }),
        fc.constantFrom("", ".", ".1", ".123456789"),
        fc.constantFrom("Z", "", "z", "+00:00", "-23:59", "+24:00", "+0530"),
      )
      .map(([year, month, day, hour, minute, second, fraction, zone]) => {
        const [mm, dd, hh] = [month, day, hour].map((value) => String(value).padStart(2, "0"));
        return `${year}-${mm}-${dd}T${hh}:${minute}${second === undefined ? "" : `:${second}`}${fraction}${zone}`;
      });
    fc.assert(
      fc.property(text, (value) => {
        expect(parseInstant(value) !== null).toBe(instantSchema.safeParse(value).success);
      }),
      { numRuns: 2_000 },
    );
  });
});
