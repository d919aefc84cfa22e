import type { Granularity, InsightMetric, InsightSeries, InsightSeriesQuery } from "@mobigen/analytics-contract";
import { invalidQuery } from "../errors.js";
import { type ResolvedWindow, startOfUnit, timeBoundaries } from "../periods.js";
import type { EventFilter } from "../stores/insight-filter.js";
import type { InsightStore, MatchingFigures, SessionFigures } from "../stores/insight-store.js";
import type { InsightStores } from "./overview.js";
import {
  answerHeader,
  type InsightProject,
  type InsightQuestion,
  instant,
  isOfAllDevices,
  readQuestion,
} from "./question.js";
import { requireRawRange } from "./raw-range.js";
import { averageSeconds, bounceRate, screensPerSession } from "./session-figures.js";

export type SeriesQuestion = InsightQuestion & { metric: InsightMetric; granularity: Granularity };

/** @throws ApiError invalid_query, also for a filter that the metric has no use for. */
export function readSeriesQuestion(project: InsightProject, query: InsightSeriesQuery, now: Date): SeriesQuestion {
  refuseFilters(query);
  const { metric, granularity = "day" } = query;
  return { ...readQuestion(project, query, now), metric, granularity };
}

/**
 * One figure of an app over time, zero-filled. Without filters, and for events by type and name, from rollups; sessions by device
 * from the sessions; anything else reads every event of the window.
 * @throws ApiError invalid_query for more points than periods.ts gives; range_too_large
 */
export async function readTimeSeries(
  stores: InsightStores,
  question: SeriesQuestion,
  now: Date,
): Promise<InsightSeries> {
  const { project, metric, granularity } = question;
  const filter = filterOf(question);
  const window = await beginAtData(stores.insights, question, now);
  const boundaries = timeBoundaries(window, granularity);
  const values = await readerOf(metric, filter)(stores, project, boundaries, filter);
  const data = values.map((value, n) => ({
    timestamp: instant(boundaries[n] ?? window.from),
    value,
    ...((boundaries[n + 1] ?? window.to) > now.getTime() ? { partial: true as const } : {}),
  }));
  if (window.order === "desc") data.reverse();
  return { ...answerHeader({ project, window }), metric, granularity, data };
}

/** A series of all time begins with the unit that holds the first event: the years before it are nobody's zeros. */
export async function beginAtData(
  insights: Pick<InsightStore, "firstEventAt">,
  { project, window, isOfAllTime, granularity }: Omit<SeriesQuestion, "filter" | "metric">,
  now: Date,
): Promise<ResolvedWindow> {
  if (!isOfAllTime) return window;
  const at = (await insights.firstEventAt(project.projectKey)) ?? now.getTime();
  const first = Math.min(at, now.getTime(), window.to - 1);
  return { ...window, from: Math.max(startOfUnit(first, window.tz, granularity), window.from) };
}

type Read = (
  stores: InsightStores,
  project: InsightProject,
  boundaries: readonly number[],
  filter: EventFilter,
) => Promise<(number | null)[]>;

const ofSessions = ["platform", "version", "country"] as const;
const ofScreens = [...ofSessions, "name", "property"] as const;
const ofEvents = [...ofScreens, "type"] as const;

const filtersOf: Readonly<Record<InsightMetric, readonly (typeof ofEvents)[number][]>> = {
  events: ofEvents,
  screen_views: ofScreens,
  sessions: ofSessions,
  active_users: ofEvents,
  new_users: ofEvents,
  average_session_seconds: ofSessions,
  screens_per_session: ofSessions,
  bounce_rate: ofSessions,
};

function refuseFilters(query: InsightSeriesQuery): void {
  const known = filtersOf[query.metric];
  for (const parameter of ofEvents) {
    if (query[parameter] === undefined || known.includes(parameter)) continue;
    throw invalidQuery(parameter, `does not apply to ${query.metric}, which can be narrowed by ${known.join(", ")}`);
  }
}

function filterOf({ metric, filter }: SeriesQuestion): EventFilter {
  return metric === "screen_views" ? { ...filter, type: "screen_view" } : filter;
}

function readerOf(metric: InsightMetric, filter: EventFilter): Read {
  const isPlain = isOfAllDevices(filter) && filter.properties === undefined;
  const isUnnamed = filter.type === undefined && filter.name === undefined;
  switch (metric) {
    case "events":
    case "screen_views":
      if (!isPlain) return matching(({ events }) => events);
      return isUnnamed
        ? ({ apps }, { id }, boundaries) => apps.appEventsBy(boundaries, id)
        : ({ insights }, { projectKey }, boundaries) => insights.eventsBy(projectKey, boundaries, filter);
    case "active_users":
      if (!isPlain || !isUnnamed) return matching(({ activeUsers }) => activeUsers);
      return ({ apps }, { id }, boundaries) => apps.activeUsersBy(boundaries, id);
    case "new_users":
      if (!isPlain || !isUnnamed) return matching(({ newUsers }) => newUsers);
      return ({ insights }, { projectKey }, boundaries) => insights.newUsersBy(projectKey, boundaries);
    case "sessions":
      if (!isPlain) return sessions(({ sessions }) => sessions);
      return ({ apps }, { id }, boundaries) => apps.appSessionsBy(boundaries, id);
    case "average_session_seconds":
      return sessions(averageSeconds);
    case "screens_per_session":
      return sessions(screensPerSession);
    case "bounce_rate":
      return sessions(bounceRate);
  }
}

function matching(figureOf: (figures: MatchingFigures) => number): Read {
  return async ({ apps, insights }, project, boundaries, filter) => {
    const [from = 0, to = 0] = [boundaries[0], boundaries.at(-1)];
    await requireRawRange(apps, project, { from, to });
    return (await insights.matchingBy(project.projectKey, boundaries, filter)).map(figureOf);
  };
}

function sessions(figureOf: (figures: SessionFigures) => number | null): Read {
  return async ({ insights }, { projectKey }, boundaries, filter) =>
    (await insights.sessionsBy(projectKey, boundaries, filter)).map(figureOf);
}
