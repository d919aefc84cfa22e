import type { Granularity, WindowQuery } from "@mobigen/analytics-contract";

/** The window of a page, as the API takes it. */
export type Window = Pick<WindowQuery, "period" | "from" | "to" | "tz">;

const dayMs = 24 * 3_600_000;
const unitDays = { h: 1 / 24, d: 1, w: 7, m: 30 };

/** How fine a chart of this window is drawn: some thirty to a hundred points. */
export function granularityOf({ period = "", from, to }: Window, now: Date): Granularity {
  if (from === undefined) return granularityOfPeriod(period);
  const end = to === undefined ? now.getTime() : Date.parse(to);
  return granularityOfDays((end - Date.parse(from)) / dayMs);
}

function granularityOfPeriod(period: string): Granularity {
  if (period === "day") return "hour";
  if (period === "year") return "week";
  if (period === "all") return "month";
  const [, count, unit] = /^(\d+)([hdwm])$/.exec(period) ?? [];
  if (count === undefined || unit === undefined) return "day";
  return granularityOfDays(Number(count) * unitDays[unit as keyof typeof unitDays]);
}

function granularityOfDays(days: number): Granularity {
  if (days <= 2) return "hour";
  if (days <= 120) return "day";
  return days <= 750 ? "week" : "month";
}
