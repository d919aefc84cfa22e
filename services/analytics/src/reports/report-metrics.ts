import type { Metric } from "@mobigen/analytics-contract";
import type { ReportSubject } from "./weekly-report.js";

type Scope = ReportSubject["scope"];

/** How a metric is written. */
export type Unit = "count" | "dollars" | "percent";

const labels = {
  cost: "LLM cost",
  wasted_cost: "Spent on failures",
  tokens: "Tokens",
  requests: "LLM calls",
  generations: "Generations",
  generation_failures: "Failed generations",
  builds: "Builds",
  build_failures: "Failed builds",
  projects: "New projects",
  users: "New users",
  logins: "Logins",
  app_events: "App events",
  app_sessions: "App sessions",
  active_users: "Active users",
} as const satisfies Partial<Record<Metric, string>>;

export type ReportMetric = keyof typeof labels;

const spending = ["cost", "wasted_cost", "tokens", "requests"] as const;
const making = ["generations", "generation_failures", "builds", "build_failures"] as const;
const apps = ["active_users", "app_sessions", "app_events"] as const;

/** What the table of a report has, in its order. */
export const tableMetrics = {
  platform: [...spending, ...making, "projects", "users", "logins", ...apps],
  user: [...spending, ...making, "projects"],
  project: [...apps, ...spending, ...making],
} as const satisfies Record<Scope, readonly ReportMetric[]>;

/** What stands at the top, large. */
export const headlineMetrics = {
  platform: ["cost", "generations", "active_users", "app_events"],
  user: ["cost", "tokens", "requests", "generations"],
  project: ["active_users", "app_sessions", "app_events", "cost"],
} as const satisfies Record<Scope, readonly ReportMetric[]>;

/** What is shown day by day. */
export const dailyMetrics = {
  platform: ["cost", "generations"],
  user: ["cost", "tokens"],
  project: ["active_users", "app_events"],
} as const satisfies Record<Scope, readonly ReportMetric[]>;

/** What is told of the week that has begun. */
export const soFarMetrics = {
  platform: ["cost", "generations", "app_events"],
  user: ["cost", "requests", "generations"],
  project: ["active_users", "app_events", "cost"],
} as const satisfies Record<Scope, readonly ReportMetric[]>;

export function labelOf(metric: ReportMetric): string {
  return labels[metric];
}

export function unitOf(metric: ReportMetric): Unit {
  return metric === "cost" || metric === "wasted_cost" ? "dollars" : "count";
}
