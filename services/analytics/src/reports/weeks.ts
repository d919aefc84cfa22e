import { calendarPeriodAt } from "../periods.js";
import type { TimeWindow } from "../types.js";

/** The weeks that a report speaks of. All begin on Monday in its time zone. */
export type ReportWeeks = {
  /** The last whole week that had ended at `at`. */
  week: TimeWindow;
  before: TimeWindow;
  /** What there is of the week after, and as much of the reported one. */
  soFar: TimeWindow;
  soFarBefore: TimeWindow;
};

export function reportWeeks(at: Date, tz: string): ReportWeeks {
  const running = calendarPeriodAt(at.getTime(), tz, "week");
  const week = calendarPeriodAt(running.from - 1, tz, "week");
  const before = calendarPeriodAt(week.from - 1, tz, "week");
  const elapsedMs = at.getTime() - running.from;
  return {
    week,
    before,
    soFar: { from: running.from, to: at.getTime() },
    // Equal lengths of time: where the clocks changed in between, these are not the same hours of the day.
    soFarBefore: { from: week.from, to: week.from + elapsedMs },
  };
}
