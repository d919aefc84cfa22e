import type { ActiveUsers } from "@mobigen/analytics-contract";
import { calendarPeriodAt, localDate, timeBoundaries } from "../periods.js";
import type { ActiveUserStore } from "../stores/active-user-store.js";
import type { InsightStore } from "../stores/insight-store.js";
import { bucketMs, bucketOf } from "../types.js";
import { answerHeader, type InsightQuestion, percentOf } from "./question.js";
import { beginAtData } from "./time-series.js";

// Of the longest window of a day: it and the 29 before it.
const daysAhead = 29;

export type ActiveUserStores = { activeUsers: ActiveUserStore; insights: Pick<InsightStore, "firstEventAt"> };

/** Daily, weekly and monthly active users of every day that the window touches. Days are whole, the open one as far as it has come. */
export async function readActiveUsers(
  { activeUsers, insights }: ActiveUserStores,
  question: InsightQuestion,
  now: Date,
): Promise<ActiveUsers> {
  const { project } = question;
  const { from, to, tz, ...asked } = await beginAtData(insights, { ...question, granularity: "day" }, now);
  const openEnd = bucketOf(now.getTime()) + bucketMs;
  const window = {
    ...{ ...asked, tz },
    from: calendarPeriodAt(from, tz, "day").from,
    to: Math.min(calendarPeriodAt(to - 1, tz, "day").to, openEnd),
  };
  const boundaries = timeBoundaries({ ...window, from: startOfDaysBefore(window.from, tz, daysAhead) }, "day");
  const activity = await activeUsers.activeByDay(project.projectKey, boundaries);
  const data = activity.slice(daysAhead).map(({ daily, weekly, monthly }, n) => ({
    date: localDate(boundaries[n + daysAhead] ?? window.from, tz),
    ...{ daily, weekly, monthly },
    stickiness: monthly === 0 ? null : percentOf(daily, monthly),
    ...((boundaries[n + daysAhead + 1] ?? window.to) > now.getTime() ? { partial: true as const } : {}),
  }));
  if (window.order === "desc") data.reverse();
  return { ...answerHeader({ project, window }), data };
}

function startOfDaysBefore(at: number, tz: string, days: number): number {
  let start = at;
  for (let n = 0; n < days; n += 1) start = calendarPeriodAt(start - 1, tz, "day").from;
  return start;
}
