import type { CostGroups } from "@mobigen/analytics-contract";
import type { Point } from "../../../charts/series";
import { dayOf } from "../../../layout/local-day";
import { daysOf } from "../groups/days";

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

function costsByDay({ items }: CostGroups): Map<string | null, number> {
  return new Map(items.map(({ key, totalCost }) => [key, totalCost]));
}
