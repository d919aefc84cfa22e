import type { CostGroups } from "@mobigen/analytics-contract";
import type { Point } from "../../../charts/series";
import { dayOf } from "../../../layout/local-day";
import { daysOf } from "../overview/cost-points";

/** Every day of the window with the cost of each part by its place, and of the rest of all. */
export function stackedPoints(all: CostGroups, parts: readonly CostGroups[], hasRest: boolean, today: Date): Point[] {
  const total = costs(all);
  const byPart = parts.map(costs);
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

function costs({ items }: CostGroups): Map<string | null, number> {
  return new Map(items.map(({ key, totalCost }) => [key, totalCost]));
}
