import { describe, expect, it } from "vitest";
import { dayEnd, dayOf, dayStart } from "./local-day";

describe("dayStart", () => {
  it.each([
    ["2026-03-18", "UTC", "2026-03-18T00:00:00.000Z"],
    ["2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00.000Z"],
    ["2026-03-30", "Europe/Berlin", "2026-03-29T22:00:00.000Z"],
    ["2026-03-18", "Asia/Kolkata", "2026-03-17T18:30:00.000Z"],
    ["2026-03-18", "Pacific/Kiritimati", "2026-03-17T10:00:00.000Z"],
    ["2026-03-18", "Pacific/Pago_Pago", "2026-03-18T11:00:00.000Z"],
    // Days that have no midnight: the clocks go forward at it.
    ["2026-09-06", "America/Santiago", "2026-09-06T04:00:00.000Z"],
    ["2026-03-29", "Asia/Beirut", "2026-03-28T22:00:00.000Z"],
  ])("of %s in %s is %s", (day, tz, expected) => {
    expect(dayStart(day, tz)).toBe(expected);
  });

  it("is the first moment of a day's name, all year round", () => {
    for (const tz of ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo"]) {
      for (let n = 0; n < 365; n += 1) {
        const day = new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10);
        const start = new Date(dayStart(day, tz));
        expect([tz, dayOf(start, tz)]).toEqual([tz, day]);
        expect(dayOf(new Date(start.getTime() - 1), tz) < day).toBe(true);
        expect(dayEnd(day, tz)).toBe(dayStart(dayOf(new Date(start.getTime() + 30 * 3_600_000), tz), tz));
      }
    }
  });
});
