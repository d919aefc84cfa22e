import type { CostGroups } from "@mobigen/analytics-contract";
import { dayOf } from "../../../layout/local-day";

const dayMs = 86_400_000;

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
