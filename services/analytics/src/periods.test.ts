import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, it } from "vitest";
import { ApiError } from "./errors.js";
import { earliestTime, localDate, maxPoints, type ResolvedWindow, resolveWindow, timeBoundaries } from "./periods.js";
import { bucketMs } from "./types.js";

const hourMs = 3_600_000;
const zones = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Pacific/Chatham",
  "Atlantic/Azores",
  "America/Havana",
  "Africa/Cairo",
  "Antarctica/Troll",
];

function windowOf(period: string, now: string, tz = "UTC"): { from: string; to: string } {
  const { from, to } = resolveWindow({ period, tz }, new Date(now), { defaultPeriod: "month" });
  return { from: iso(from), to: iso(to) };
}

function between(from: string, to: string, tz: string): ResolvedWindow {
  return { from: Date.parse(from), to: Date.parse(to), tz, order: "desc", label: "custom" };
}

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(":00.000Z", "Z");
}

function boundaries(from: string, to: string, tz: string, granularity: "hour" | "day" | "week" | "month"): string[] {
  return timeBoundaries(between(from, to, tz), granularity).map(iso);
}

function hoursBetween(starts: string[]): number[] {
  return starts.slice(1).map((end, i) => (Date.parse(end) - Date.parse(starts[i] ?? "")) / hourMs);
}

function refusalOf(action: () => unknown): { code: string; pointers: string[] } {
  try {
    action();
  } catch (error) {
    if (error instanceof ApiError) return { code: error.code, pointers: (error.errors ?? []).map((e) => e.pointer) };
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("calendar periods", () => {
  const now = "2026-05-14T10:07:31.250Z"; // a Thursday

  it("run from their start to the end of the open quarter of an hour", () => {
    expect(windowOf("day", now)).toEqual({ from: "2026-05-14T00:00Z", to: "2026-05-14T10:15Z" });
    expect(windowOf("month", now)).toEqual({ from: "2026-05-01T00:00Z", to: "2026-05-14T10:15Z" });
    expect(windowOf("quarter", now)).toEqual({ from: "2026-04-01T00:00Z", to: "2026-05-14T10:15Z" });
    expect(windowOf("year", now)).toEqual({ from: "2026-01-01T00:00Z", to: "2026-05-14T10:15Z" });
  });

  it("begin the week on Monday, also when today is Sunday or Monday", () => {
    expect(windowOf("week", now).from).toBe("2026-05-11T00:00Z");
    expect(windowOf("week", "2026-05-17T23:59:59Z").from).toBe("2026-05-11T00:00Z");
    expect(windowOf("week", "2026-05-18T00:00:00Z").from).toBe("2026-05-18T00:00Z");
  });

  it("hold an event of this very moment when the moment is a bucket's first", () => {
    expect(windowOf("day", "2026-05-14T00:00:00Z")).toEqual({ from: "2026-05-14T00:00Z", to: "2026-05-14T00:15Z" });
  });

  it("begin at the midnight of the time zone, half and quarter hours off included", () => {
    expect(windowOf("day", now, "Asia/Kolkata").from).toBe("2026-05-13T18:30Z");
    expect(windowOf("day", now, "Asia/Kathmandu").from).toBe("2026-05-13T18:15Z");
    expect(windowOf("day", now, "Europe/Berlin").from).toBe("2026-05-13T22:00Z");
    expect(windowOf("day", "2026-05-14T01:00:00Z", "America/New_York").from).toBe("2026-05-13T04:00Z");
    expect(windowOf("quarter", now, "Asia/Kathmandu").from).toBe("2026-03-31T18:15Z");
    expect(windowOf("year", now, "America/New_York").from).toBe("2026-01-01T05:00Z");
  });

  it("begin in the offset that held then, not in today's", () => {
    expect(windowOf("month", "2026-03-30T12:00:00Z", "Europe/Berlin").from).toBe("2026-02-28T23:00Z");
    expect(windowOf("month", "2026-11-02T12:00:00Z", "America/New_York").from).toBe("2026-11-01T04:00Z");
    expect(windowOf("month", "2026-04-20T12:00:00Z", "Australia/Lord_Howe").from).toBe("2026-03-31T13:00Z");
  });

  it("begin at the first midnight of a day that has two", () => {
    // Azores: 01:00 became 00:00 on 25 October 2026. Havana: likewise on 1 November.
    expect(windowOf("day", "2026-10-25T12:00:00Z", "Atlantic/Azores").from).toBe("2026-10-25T00:00Z");
    expect(windowOf("day", "2026-11-01T20:00:00Z", "America/Havana").from).toBe("2026-11-01T04:00Z");
    expect(windowOf("month", "2026-11-20T20:00:00Z", "America/Havana").from).toBe("2026-11-01T04:00Z");
  });

  it("begin at one o'clock on a day that has no midnight", () => {
    expect(windowOf("day", "2026-04-24T12:00:00Z", "Africa/Cairo").from).toBe("2026-04-23T22:00Z");
  });
});

describe("rolling spans", () => {
  const now = "2026-05-14T10:07:31Z";

  it("are whole units, the open one included", () => {
    expect(windowOf("24h", now)).toEqual({ from: "2026-05-13T11:00Z", to: "2026-05-14T10:15Z" });
    expect(windowOf("1h", now).from).toBe("2026-05-14T10:00Z");
    expect(windowOf("1d", now).from).toBe("2026-05-14T00:00Z");
    expect(windowOf("7d", now).from).toBe("2026-05-08T00:00Z");
    expect(windowOf("30d", now).from).toBe("2026-04-15T00:00Z");
    expect(windowOf("12w", now).from).toBe("2026-02-23T00:00Z");
    expect(windowOf("6m", now).from).toBe("2025-12-01T00:00Z");
  });

  it("have as many points as they say, in every zone and on either side of a clock change", () => {
    for (const tz of zones) {
      for (const at of [
        "2026-03-30T09:00:00Z",
        "2026-04-06T09:00:00Z",
        "2026-10-26T09:00:00Z",
        "2026-11-03T09:00:00Z",
      ]) {
        for (const [period, granularity, points] of [
          ["7d", "day", 7],
          ["30d", "day", 30],
          ["12w", "week", 12],
          ["6m", "month", 6],
        ] as const) {
          const window = resolveWindow({ period, tz }, new Date(at), { defaultPeriod: "month" });
          expect(timeBoundaries(window, granularity), `${period} ${tz} ${at}`).toHaveLength(points + 1);
        }
      }
    }
  });

  it("count 24 absolute hours on the days that the clock changes", () => {
    expect(windowOf("24h", "2026-03-29T12:30:00Z", "Europe/Berlin").from).toBe("2026-03-28T13:00Z");
    expect(windowOf("24h", "2026-05-14T10:07:00Z", "Asia/Kathmandu").from).toBe("2026-05-13T10:15Z");
  });

  it("never begin before the earliest time", () => {
    expect(windowOf("9999w", now).from).toBe(iso(earliestTime));
    expect(windowOf("9999m", now).from).toBe(iso(earliestTime));
    expect(windowOf("all", now)).toEqual({ from: iso(earliestTime), to: "2026-05-14T10:15Z" });
  });
});

describe("from and to", () => {
  const now = new Date("2026-05-14T10:07:31Z");
  const resolve = (query: object) => resolveWindow(query, now, { defaultPeriod: "month" });

  it("are exact to the millisecond and may carry any offset", () => {
    const window = resolve({ from: "2026-05-01T00:00:00.001+05:45", to: "2026-05-02T00:00:00.999Z" });
    expect(window).toMatchObject({
      from: Date.UTC(2026, 3, 30, 18, 15, 0, 1),
      to: Date.UTC(2026, 4, 2, 0, 0, 0, 999),
      label: "custom",
      tz: "UTC",
      order: "desc",
    });
  });

  it("default to the earliest time and to the open quarter's end", () => {
    expect(resolve({ to: "2026-05-01T00:00:00Z" }).from).toBe(earliestTime);
    expect(resolve({ from: "2026-05-01T00:00:00Z" }).to).toBe(Date.UTC(2026, 4, 14, 10, 15));
  });

  it("fall back to the default period when nothing is said", () => {
    expect(resolve({})).toMatchObject({ from: Date.UTC(2026, 4, 1), label: "month" });
  });

  it("takes a `to` that is still to come as now, and refuses a `from` that is", () => {
    const query = { from: "2026-05-01T00:00:00Z", to: "2026-06-01T00:00:00Z" };
    expect(resolveWindow(query, new Date(now), { defaultPeriod: "month" }).to).toBe(Date.parse("2026-05-14T10:15:00Z"));
    expect(
      refusalOf(() =>
        resolveWindow({ from: "2026-05-20T00:00:00Z", to: "2026-06-01T00:00:00Z" }, new Date(now), {
          defaultPeriod: "month",
        }),
      ),
    ).toEqual({ code: "invalid_query", pointers: ["from"] });
  });

  it("are refused beside a period, turned round, equal, before 2020 and past tomorrow", () => {
    const day = "2026-05-01T00:00:00Z";
    const refused = (query: object) => refusalOf(() => resolve(query));
    expect(refused({ period: "day", from: day })).toEqual({ code: "invalid_query", pointers: ["period"] });
    expect(refused({ from: "2026-05-02T00:00:00Z", to: day })).toEqual({ code: "invalid_query", pointers: ["from"] });
    expect(refused({ from: day, to: day })).toEqual({ code: "invalid_query", pointers: ["from"] });
    expect(refused({ from: "1970-01-01T00:00:00Z" })).toEqual({ code: "invalid_query", pointers: ["from"] });
    expect(refused({ from: day, to: "2100-01-01T00:00:00Z" })).toEqual({ code: "invalid_query", pointers: ["to"] });
    expect(refused({ from: "2026-05-14T12:00:00Z" })).toEqual({ code: "invalid_query", pointers: ["from"] });
  });
});

describe("boundaries", () => {
  it("give 23 and 25 hours to Berlin's days of change", () => {
    const spring = boundaries("2026-03-27T23:00Z", "2026-03-30T22:00Z", "Europe/Berlin", "day");
    expect(hoursBetween(spring)).toEqual([24, 23, 24]);
    const autumn = boundaries("2026-10-23T22:00Z", "2026-10-26T23:00Z", "Europe/Berlin", "day");
    expect(hoursBetween(autumn)).toEqual([24, 25, 24]);
  });

  it("give 23 and 25 hours to New York's days of change", () => {
    expect(hoursBetween(boundaries("2026-03-07T05:00Z", "2026-03-10T04:00Z", "America/New_York", "day"))).toEqual([
      24, 23, 24,
    ]);
    expect(hoursBetween(boundaries("2026-10-31T04:00Z", "2026-11-03T05:00Z", "America/New_York", "day"))).toEqual([
      24, 25, 24,
    ]);
  });

  it("give 24.5 and 23.5 hours to Lord Howe's days of change", () => {
    expect(hoursBetween(boundaries("2026-04-03T13:00Z", "2026-04-06T13:30Z", "Australia/Lord_Howe", "day"))).toEqual([
      24, 24.5, 24,
    ]);
    expect(hoursBetween(boundaries("2026-10-02T13:30Z", "2026-10-05T13:00Z", "Australia/Lord_Howe", "day"))).toEqual([
      24, 23.5, 24,
    ]);
  });

  it("count the repeated hour as one more, and skip the missing one", () => {
    const autumn = boundaries("2026-10-24T22:00Z", "2026-10-25T23:00Z", "Europe/Berlin", "hour");
    expect(hoursBetween(autumn)).toEqual(Array(25).fill(1));
    const spring = boundaries("2026-03-28T23:00Z", "2026-03-29T22:00Z", "Europe/Berlin", "hour");
    expect(hoursBetween(spring)).toEqual(Array(23).fill(1));
  });

  it("keep Lord Howe's hours on the full hour when half an hour is repeated or missing", () => {
    const autumn = boundaries("2026-04-04T13:00Z", "2026-04-04T17:30Z", "Australia/Lord_Howe", "hour");
    expect(autumn).toEqual([
      "2026-04-04T13:00Z",
      "2026-04-04T14:00Z",
      "2026-04-04T15:30Z",
      "2026-04-04T16:30Z",
      "2026-04-04T17:30Z",
    ]);
    const spring = boundaries("2026-10-03T13:30Z", "2026-10-03T17:00Z", "Australia/Lord_Howe", "hour");
    expect(spring).toEqual([
      "2026-10-03T13:30Z",
      "2026-10-03T14:30Z",
      "2026-10-03T15:30Z",
      "2026-10-03T16:00Z",
      "2026-10-03T17:00Z",
    ]);
  });

  it("cut hours where Kolkata and Kathmandu have them", () => {
    expect(boundaries("2026-05-14T00:00Z", "2026-05-14T02:00Z", "Asia/Kolkata", "hour")).toEqual([
      "2026-05-14T00:00Z",
      "2026-05-14T00:30Z",
      "2026-05-14T01:30Z",
      "2026-05-14T02:00Z",
    ]);
    expect(boundaries("2026-05-14T00:00Z", "2026-05-14T02:00Z", "Asia/Kathmandu", "hour")).toEqual([
      "2026-05-14T00:00Z",
      "2026-05-14T00:15Z",
      "2026-05-14T01:15Z",
      "2026-05-14T02:00Z",
    ]);
  });

  it("start weeks on Monday and months on the first, and clip both ends", () => {
    expect(boundaries("2026-05-13T12:00Z", "2026-05-26T06:00Z", "UTC", "week")).toEqual([
      "2026-05-13T12:00Z",
      "2026-05-18T00:00Z",
      "2026-05-25T00:00Z",
      "2026-05-26T06:00Z",
    ]);
    expect(boundaries("2026-01-31T12:00Z", "2026-03-02T00:00Z", "Asia/Kathmandu", "month")).toEqual([
      "2026-01-31T12:00Z",
      "2026-01-31T18:15Z",
      "2026-02-28T18:15Z",
      "2026-03-02T00:00Z",
    ]);
  });

  it("are the window's two ends when it lies within one unit", () => {
    expect(boundaries("2026-05-13T12:00:00.001Z", "2026-05-13T12:00:00.002Z", "UTC", "month")).toHaveLength(2);
  });

  it("are refused past 5,000 points and given up to them", () => {
    const full = { from: "2026-01-01T00:00Z", to: iso(Date.UTC(2026, 0, 1) + maxPoints * hourMs) };
    expect(boundaries(full.from, full.to, "UTC", "hour")).toHaveLength(maxPoints + 1);
    const beyond = iso(Date.parse(full.to) + 1);
    expect(refusalOf(() => boundaries(full.from, beyond, "UTC", "hour"))).toEqual({
      code: "invalid_query",
      pointers: ["granularity"],
    });
  });

  it("rise strictly, cover the window and put every moment in its own local day, in every zone", () => {
    const instants = fc.integer({ min: Date.UTC(2020, 0, 2), max: Date.UTC(2030, 0, 1) });
    const spans = fc.integer({ min: 1, max: 10 * 24 * hourMs });
    const granularities = fc.constantFrom("hour", "day", "week", "month" as const);
    fc.assert(
      fc.property(instants, spans, fc.constantFrom(...zones), granularities, (from, span, tz, granularity) => {
        const points = timeBoundaries({ from, to: from + span, tz, order: "asc", label: "custom" }, granularity);
        const faults = points
          .slice(1)
          .flatMap((end, i) => faultsOf(points[i] ?? 0, end, end === from + span, tz, granularity));
        expect([points[0], points.at(-1), faults]).toEqual([from, from + span, []]);
      }),
      { numRuns: 500 },
    );
  });
});

function faultsOf(start: number, end: number, last: boolean, tz: string, granularity: string): string[] {
  const at = `${granularity} ${tz} ${iso(start)}–${iso(end)}`;
  const faults: string[] = [];
  if (end <= start) faults.push(`${at}: does not rise`);
  if (!last && end % bucketMs !== 0) faults.push(`${at}: cuts a bucket`);
  if (granularity !== "day") return faults;
  if (localDate(start, tz) !== localDate(end - 1, tz)) faults.push(`${at}: two days in one`);
  if (!last && localDate(end - 1, tz) === localDate(end, tz)) faults.push(`${at}: one day in two`);
  return faults;
}

describe("local dates", () => {
  it("are those of the time zone", () => {
    expect(localDate(Date.UTC(2026, 4, 14, 18, 14, 59, 999), "Asia/Kathmandu")).toBe("2026-05-14");
    expect(localDate(Date.UTC(2026, 4, 14, 18, 15), "Asia/Kathmandu")).toBe("2026-05-15");
    expect(localDate(Date.UTC(2026, 0, 1, 4, 59), "America/New_York")).toBe("2025-12-31");
  });

  it("agree with the calendar of the period that begins there", () => {
    for (const tz of zones) {
      const now = DateTime.fromISO("2026-10-25T12:00:00Z").toJSDate();
      const { from } = resolveWindow({ period: "day", tz }, now, { defaultPeriod: "month" });
      expect(localDate(from, tz)).toBe(localDate(now.getTime(), tz));
      expect(localDate(from - 1, tz)).not.toBe(localDate(from, tz));
    }
  });
});
