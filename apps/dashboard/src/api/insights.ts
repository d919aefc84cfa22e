import type {
  ActiveUsers,
  Adoption,
  AdoptionDimension,
  EventNames,
  Granularity,
  InsightMetric,
  InsightSeries,
  Overview,
  Screens,
} from "@mobigen/analytics-contract";
import { type InsightFilter, insightPages, insightQuery } from "./insight";
import type { Window } from "./window";

export function overviewQuery(projectId: string, window: Window, filter: InsightFilter) {
  return insightQuery<Overview>(projectId, "overview", { ...window, ...filter });
}

/** A figure of an app over time, oldest first. */
export function insightSeriesQuery(
  projectId: string,
  metric: InsightMetric,
  granularity: Granularity,
  window: Window,
  filter: InsightFilter,
) {
  const query = { metric, granularity, order: "asc", ...window, ...filter };
  return insightQuery<InsightSeries>(projectId, "timeseries", query);
}

const mostRows = 200;

/** Screens, the most seen first. */
export function screensQuery(projectId: string, window: Window, filter: InsightFilter, limit = mostRows) {
  return insightPages<Screens>(projectId, "screens", { limit, ...window, ...filter });
}

/** Kinds of events, the most frequent first. */
export function eventNamesQuery(projectId: string, window: Window, filter: InsightFilter, limit = mostRows) {
  return insightPages<EventNames>(projectId, "events", { limit, ...window, ...filter });
}

const adoptionPaths: Record<AdoptionDimension, string> = {
  version: "versions",
  platform: "platforms",
  country: "countries",
  device: "devices",
};

/** How sessions divide among versions, platforms, countries or devices, and how that changed; oldest first. */
export function adoptionQuery(
  projectId: string,
  dimension: AdoptionDimension,
  granularity: Granularity,
  window: Window,
  filter: InsightFilter,
  limit: number,
) {
  const query = { granularity, limit, order: "asc", ...window, ...filter };
  return insightQuery<Adoption>(projectId, adoptionPaths[dimension], query);
}

/** Users by day, week and month, oldest first. */
export function activeUsersQuery(projectId: string, window: Window) {
  return insightQuery<ActiveUsers>(projectId, "active-users", { order: "asc", ...window });
}
