import type { InsightMetric, Overview } from "@mobigen/analytics-contract";
import type { Kind } from "../../../format/quantity";
import type { Rise } from "../../../ui/trend";

type OverviewField = {
  [Field in keyof Overview]: Overview[Field] extends { value: number | null; change: number | null } ? Field : never;
}[keyof Overview];

/** A figure of the overview, and its course over time. */
export type Figure = {
  metric: InsightMetric;
  field: OverviewField;
  label: string;
  kind: Kind;
  rise: Rise;
  /** From the API's unit to that of its kind: durations are written from milliseconds. */
  scale: number;
};

export const figures: readonly Figure[] = [
  { metric: "active_users", field: "activeUsers", label: "Active users", kind: "count", rise: "good", scale: 1 },
  { metric: "new_users", field: "newUsers", label: "New users", kind: "count", rise: "good", scale: 1 },
  { metric: "sessions", field: "sessions", label: "Sessions", kind: "count", rise: "good", scale: 1 },
  { metric: "screen_views", field: "screenViews", label: "Screen views", kind: "count", rise: "good", scale: 1 },
  { metric: "events", field: "events", label: "Events", kind: "count", rise: "neutral", scale: 1 },
  {
    metric: "average_session_seconds",
    field: "averageSessionSeconds",
    label: "Session length",
    kind: "duration",
    rise: "good",
    scale: 1_000,
  },
  {
    metric: "screens_per_session",
    field: "screensPerSession",
    label: "Screens a session",
    kind: "count",
    rise: "good",
    scale: 1,
  },
  { metric: "bounce_rate", field: "bounceRate", label: "Bounce rate", kind: "percent", rise: "bad", scale: 1 },
];

export function figureOf(metric: string): Figure {
  const [first] = figures;
  if (first === undefined) throw new Error("there are no figures");
  return figures.find((figure) => figure.metric === metric) ?? first;
}

export function scaled(value: number | null | undefined, { scale }: Figure): number | null | undefined {
  return value === null || value === undefined ? value : value * scale;
}
