import { describe, expect, it } from "vitest";
import { days, hours, weeks, windowAt, windowBefore, windowsBefore } from "./job.js";

const series = { hours, days, weeks };

describe("the window that ended last", () => {
  it.each([
    ["hours", "2026-03-18T10:20:30Z", "2026-03-18T09:00:00.000Z", "2026-03-18T10:00:00.000Z"],
    ["hours", "2026-03-18T10:00:00Z", "2026-03-18T09:00:00.000Z", "2026-03-18T10:00:00.000Z"],
    ["days", "2026-03-18T00:00:00Z", "2026-03-17T00:00:00.000Z", "2026-03-18T00:00:00.000Z"],
    ["weeks", "2026-03-18T10:20:30Z", "2026-03-08T00:00:00.000Z", "2026-03-15T00:00:00.000Z"],
    ["weeks", "2026-03-22T00:00:00Z", "2026-03-15T00:00:00.000Z", "2026-03-22T00:00:00.000Z"],
  ] as const)("of %s at %s is %s to %s", (name, now, start, end) => {
    const window = windowBefore(series[name], new Date(now));
    expect([window.start.toISOString(), window.end.toISOString()]).toEqual([start, end]);
  });
});

it("a window holds its start and not its end", () => {
  const { start, end } = windowAt(days, new Date("2026-03-18T00:00:00Z"));
  expect([start, end]).toEqual([new Date("2026-03-18T00:00:00Z"), new Date("2026-03-19T00:00:00Z")]);
  expect(windowAt(days, new Date(end.getTime() - 1))).toEqual({ start, end });
});

it("windows before a time come oldest first, without a gap", () => {
  const windows = windowsBefore(weeks, new Date("2026-03-18T10:20:30Z"), 3);
  expect(windows.map(({ start }) => start.toISOString().slice(0, 10))).toEqual([
    "2026-02-22",
    "2026-03-01",
    "2026-03-08",
  ]);
  expect(windows[0]?.end).toEqual(windows[1]?.start);
});
