import { defaultPageSize, type EventNames, type PageQuery, type Screens } from "@mobigen/analytics-contract";
import { decodeCursor, encodeCursor } from "../cursor.js";
import { invalidQuery } from "../errors.js";
import type { AppMetricsStore } from "../stores/app-metrics-store.js";
import type { EventNameStore, NamedEvents, NamePosition } from "../stores/event-name-store.js";
import { answerHeader, type InsightQuestion, instant, isOfAllDevices, percentOf } from "./question.js";
import { holdsRawRange, requireRawRange } from "./raw-range.js";

export type EventNameStores = { names: EventNameStore; apps: Pick<AppMetricsStore, "appEventsBy"> };

/** A page of the types and names of an app's events, the most frequent first. @throws ApiError invalid_query, range_too_large */
export async function readEventNames(
  stores: EventNameStores,
  question: InsightQuestion,
  page: PageQuery,
): Promise<EventNames> {
  const { total, names, nextCursor } = await readPage(stores, question, page);
  return {
    ...answerHeader(question),
    totalEvents: total,
    items: names.map(({ type, name, events, lastSeenAt }) => ({
      type,
      name: name === "" ? null : name,
      events,
      share: percentOf(events, total),
      lastSeenAt: instant(lastSeenAt),
    })),
    nextCursor,
  };
}

/**
 * A page of an app's screens, the most viewed first. Who saw them is counted where the period holds no more events than may be
 * read one by one. @throws ApiError invalid_query, range_too_large
 */
export async function readScreens(
  stores: EventNameStores,
  question: InsightQuestion,
  page: PageQuery,
): Promise<Screens> {
  const { project, window } = question;
  const filter = { ...question.filter, type: "screen_view" };
  const { total, names, nextCursor } = await readPage(stores, { ...question, filter }, page);
  const counted = await holdsRawRange(stores.apps, project, window);
  const keys = names.map(({ nameKey }) => nameKey);
  const audience = counted ? await stores.names.audienceOf(project.projectKey, window, filter, keys) : null;
  return {
    ...answerHeader(question),
    totalViews: total,
    items: names.map(({ nameKey, name, events, lastSeenAt }) => ({
      name: name === "" ? null : name,
      views: events,
      share: percentOf(events, total),
      actors: audience === null ? null : (audience.get(nameKey)?.actors ?? 0),
      sessions: audience === null ? null : (audience.get(nameKey)?.sessions ?? 0),
      lastSeenAt: instant(lastSeenAt),
    })),
    counted,
    nextCursor,
  };
}

async function readPage(
  { names: store, apps }: EventNameStores,
  { project, window, filter }: InsightQuestion,
  { cursor, limit = defaultPageSize }: PageQuery,
): Promise<{ total: number; names: NamedEvents[]; nextCursor: string | null }> {
  const after = cursor === undefined ? null : readPosition(cursor);
  if (!isOfAllDevices(filter) || filter.properties !== undefined) await requireRawRange(apps, project, window);
  // One more than the page holds tells whether another follows.
  const { total, names } = await store.list(project.projectKey, window, filter, { after, limit: limit + 1 });
  const shown = names.slice(0, limit);
  const last = shown.at(-1);
  const isMore = names.length > limit && last !== undefined;
  return { total, names: shown, nextCursor: isMore ? encodeCursor([last.events, last.nameKey]) : null };
}

function readPosition(cursor: string): NamePosition {
  const [events, nameKey] = decodeCursor(cursor);
  if (typeof nameKey !== "number") throw invalidQuery("cursor", "is not one that a list gave out");
  return { events, nameKey };
}
