import type { Overview } from "@mobigen/analytics-contract";
import { percentChange } from "../metrics-aggregator.js";
import { windowBefore } from "../periods.js";
import type { AppMetricsStore } from "../stores/app-metrics-store.js";
import type { InsightStore } from "../stores/insight-store.js";
import type { TimeWindow } from "../types.js";
import { answerHeader, type InsightQuestion, instant, isOfAllDevices } from "./question.js";
import { requireRawRange } from "./raw-range.js";
import { averageSeconds, bounceRate, screensPerSession } from "./session-figures.js";

export type InsightStores = { insights: InsightStore; apps: AppMetricsStore };

/**
 * An app at a glance, and how it did beside the period before. A device filter makes it read every event of both windows.
 * @throws ApiError range_too_large
 */
export async function readOverview(stores: InsightStores, question: InsightQuestion, now: Date): Promise<Overview> {
  const before = question.isOfAllTime ? null : windowBefore(question.window, now);
  const [figures, figuresBefore] = await Promise.all([
    readFigures(stores, question, question.window),
    before === null ? null : readFigures(stores, question, before),
  ]);
  return {
    ...answerHeader(question),
    previous: before === null ? null : { from: instant(before.from), to: instant(before.to) },
    events: compare(figures.events, figuresBefore?.events),
    screenViews: compare(figures.screenViews, figuresBefore?.screenViews),
    sessions: compare(figures.sessions, figuresBefore?.sessions),
    activeUsers: compare(figures.activeUsers, figuresBefore?.activeUsers),
    newUsers: compare(figures.newUsers, figuresBefore?.newUsers),
    averageSessionSeconds: compare(figures.averageSessionSeconds, figuresBefore?.averageSessionSeconds),
    screensPerSession: compare(figures.screensPerSession, figuresBefore?.screensPerSession),
    bounceRate: compare(figures.bounceRate, figuresBefore?.bounceRate),
  };
}

type Counts = Record<"events" | "screenViews" | "activeUsers" | "newUsers", number>;
type Averages = Record<"averageSessionSeconds" | "screensPerSession" | "bounceRate", number | null>;
type Figures = Counts & Averages & { sessions: number };

/** `before` is undefined where there is no period before. */
function compare<Value extends number | null>(value: Value, before: Value | undefined) {
  const isComparable = value !== null && before !== null && before !== undefined;
  return { value, before: before ?? null, change: isComparable ? percentChange(before, value) : null };
}

async function readFigures(stores: InsightStores, question: InsightQuestion, window: TimeWindow): Promise<Figures> {
  const { project, filter } = question;
  const boundaries = [window.from, window.to];
  const [sessions] = await stores.insights.sessionsBy(project.projectKey, boundaries, filter);
  if (sessions === undefined) throw new Error("a window has one entry of figures");
  const counts = isOfAllDevices(filter)
    ? await readCounts(stores, question, boundaries)
    : await readCountsOfDevices(stores, question, window);
  return {
    ...counts,
    sessions: sessions.sessions,
    averageSessionSeconds: averageSeconds(sessions),
    screensPerSession: screensPerSession(sessions),
    bounceRate: bounceRate(sessions),
  };
}

// One after the other: a page asks many questions at a time, and connections are few.
async function readCounts(
  { apps, insights }: InsightStores,
  { project }: InsightQuestion,
  boundaries: readonly number[],
): Promise<Counts> {
  const { id, projectKey } = project;
  const [events = 0] = await apps.appEventsBy(boundaries, id);
  const [screenViews = 0] = await insights.eventsBy(projectKey, boundaries, { type: screenView });
  const [activeUsers = 0] = await apps.activeUsersBy(boundaries, id);
  const [newUsers = 0] = await insights.newUsersBy(projectKey, boundaries);
  return { events, screenViews, activeUsers, newUsers };
}

async function readCountsOfDevices(
  { apps, insights }: InsightStores,
  { project, filter }: InsightQuestion,
  window: TimeWindow,
): Promise<Counts> {
  await requireRawRange(apps, project, window);
  const boundaries = [window.from, window.to];
  const [all] = await insights.matchingBy(project.projectKey, boundaries, filter);
  const [screens] = await insights.matchingBy(project.projectKey, boundaries, { ...filter, type: screenView });
  const { events = 0, activeUsers = 0, newUsers = 0 } = all ?? {};
  return { events, activeUsers, newUsers, screenViews: screens?.events ?? 0 };
}

const screenView = "screen_view";
