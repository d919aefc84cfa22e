import type { CostGroups } from "@mobigen/analytics-contract";
import type { Point } from "../../../charts/series";
import { dayOf } from "../../../layout/local-day";

const dayMs = 86_400_000;

/** Every day of the window, oldest first, with what it cost and what the day in its place cost in the period before. */
export function costPoints(now: CostGroups, before: CostGroups | undefined, today: Date): Point[] {
  const costs = costsByDay(now);
  const earlier = before === undefined ? null : costsByDay(before);
  const earlierDays = before === undefined ? [] : daysOf(before);
  const openDay = dayOf(today, now.timezone);
  return daysOf(now).map((day, place) => {
    const other = earlierDays[place];
    return {
      at: day,
      partial: day === openDay ? true : undefined,
      values: {
        now: costs.get(day) ?? 0,
        before: earlier === null || other === undefined ? null : (earlier.get(other) ?? 0),
      },
    };
  });
}

/** The calendar days of a window in its time zone. Of all time only those that have data, for there are years of others. */
export function daysOf({ from, to, timezone, period, items }: CostGroups): string[] {
  if (period === "all") return items.flatMap(({ key }) => (key === null ? [] : [key]));
  const first = dayOf(new Date(from), timezone);
  const last = dayOf(new Date(Date.parse(to) - 1), timezone);
  const days: string[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += dayMs)
    days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}

function costsByDay({ items }: CostGroups): Map<string | null, number> {
  return new Map(items.map(({ key, totalCost }) => [key, totalCost]));
}
