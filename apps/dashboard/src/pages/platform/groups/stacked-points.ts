import type { CostGroups } from "@mobigen/analytics-contract";
import type { Point } from "../../../charts/series";
import { dayOf } from "../../../layout/local-day";
import { daysOf } from "./days";
import type { Measure } from "./measures";

/** Every day of the window with each part by its place, and of the rest of all. */
export function stackedPoints(
  measure: Measure,
  all: CostGroups,
  parts: readonly CostGroups[],
  hasRest: boolean,
  today: Date,
): Point[] {
  const byDay = ({ items }: CostGroups) => new Map(items.map((group) => [group.key, measure.of(group)]));
  const total = byDay(all);
  const byPart = parts.map(byDay);
  const openDay = dayOf(today, all.timezone);
  return daysOf(all).map((day) => {
    const values = byPart.map((part) => part.get(day) ?? 0);
    // The answers are of different moments: a call that came between them must not make the rest negative.
    const rest = Math.max((total.get(day) ?? 0) - values.reduce((sum, value) => sum + value, 0), 0);
    return {
      at: day,
      partial: day === openDay ? true : undefined,
      values: {
        ...Object.fromEntries(values.map((value, place) => [String(place), value])),
        ...(hasRest ? { rest } : {}),
      },
    };
  });
}
