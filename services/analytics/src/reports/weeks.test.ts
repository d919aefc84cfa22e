import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import { reportWeeks } from "./weeks.js";

const sunday = new Date("2026-03-22T00:00:00Z");
const local = (at: number, tz: string): string =>
  DateTime.fromMillis(at, { zone: tz }).toFormat("ccc yyyy-MM-dd HH:mm");

describe("the weeks of a report", () => {
  it.each(["UTC", "Pacific/Kiritimati", "Pacific/Honolulu", "Asia/Kolkata", "America/St_Johns"])(
    "on Sunday at midnight in UTC are those that ended on the Sunday before, in %s",
    (tz) => {
      const { week, before } = reportWeeks(sunday, tz);
      expect(local(week.from, tz)).toBe("Mon 2026-03-09 00:00");
      expect(local(week.to, tz)).toBe("Mon 2026-03-16 00:00");
      expect(before.to).toBe(week.from);
      expect(local(before.from, tz)).toBe("Mon 2026-03-02 00:00");
    },
  );

  it("are as long as the week really was where the clocks changed", () => {
    const { week } = reportWeeks(new Date("2026-04-05T00:00:00Z"), "Europe/Berlin");
    expect(local(week.to, "Europe/Berlin")).toBe("Mon 2026-03-30 00:00");
    expect((week.to - week.from) / 3_600_000).toBe(7 * 24 - 1);
  });

  it("are whole, end before the report, and follow each other, at any time in any zone", () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
    const times = fc.date({ min: new Date("2021-01-01"), max: new Date("2035-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(zones, times, (tz, at) => {
        const { week, before, soFar, soFarBefore } = reportWeeks(at, tz);
        expect(before.to).toBe(week.from);
        expect(soFar.from).toBe(week.to);
        expect(soFar.to).toBe(at.getTime());
        expect(soFarBefore.to - soFarBefore.from).toBe(soFar.to - soFar.from);
        expect(DateTime.fromMillis(week.from, { zone: tz }).weekday).toBe(1);
        expect(DateTime.fromMillis(week.to - 1, { zone: tz }).weekday).toBe(7);
      }),
    );
  });
});
