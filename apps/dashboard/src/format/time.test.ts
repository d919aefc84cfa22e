import { expect, it } from "vitest";
import { writeAgo, writeBucket, writeClock, writeRange, writeTimeTick } from "./time";

const tz = "America/New_York";

it("says a day as that day, in whatever zone, and an instant in its zone", () => {
  expect(writeBucket("2026-03-01", "day", tz)).toBe("Sun, 1 Mar 2026");
  expect(writeBucket("2026-03-01T03:00:00Z", "day", tz)).toBe("Sat, 28 Feb 2026");
  expect(writeBucket("2026-03-02", "week", tz)).toBe("Week from Mon, 2 Mar 2026");
  expect(writeBucket("2026-03-01", "month", tz)).toBe("March 2026");
  expect(writeTimeTick("2026-03-01T15:00:00Z", "hour", tz)).toBe("10:00");
  expect(writeClock("2026-03-01T15:00:07Z", tz)).toBe("10:00:07");
});

it("says a window by its last moment, not by its end", () => {
  expect(writeRange("2026-03-01T05:00:00Z", "2026-03-02T05:00:00Z", tz)).toBe("1 Mar 2026");
  // The night in which an hour is left out.
  expect(writeRange("2026-03-01T05:00:00Z", "2026-04-01T04:00:00Z", tz)).toBe("1 Mar 2026 – 31 Mar 2026");
});

it.each([
  ["2026-03-18T10:19:40Z", "just now"],
  ["2026-03-18T10:18:20Z", "2 minutes ago"],
  ["2026-03-18T07:20:00Z", "3 hours ago"],
  ["2026-03-17T10:20:00Z", "yesterday"],
  ["2026-03-20T10:20:00Z", "in 2 days"],
])("says %s as %s", (at, expected) => {
  expect(writeAgo(at, new Date("2026-03-18T10:20:00Z"))).toBe(expected);
});
