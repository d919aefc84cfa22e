import {
  type ActorQuery,
  type Actors,
  type ActorsQuery,
  type ActorTimeline,
  type AppActor,
  defaultPageSize,
} from "@mobigen/analytics-contract";
import { readPage } from "../cursor.js";
import { invalidQuery, notFound } from "../errors.js";
import { idKey } from "../ingestion/ids.js";
import { calendarPeriodAt, localDate, trailingDays } from "../periods.js";
import type { ActiveDay, ActorPosition, ActorStore, StoredActor } from "../stores/actor-store.js";
import { type InsightProject, instant } from "./question.js";
import { toSessionDevice } from "./sessions.js";
import { readTimelineCursor, timelineCursor, toTimelineEvent } from "./timeline.js";

/** A page of who acted in an app, last seen first. @throws ApiError invalid_query */
export function readActors(store: ActorStore, project: InsightProject, query: ActorsQuery): Promise<Actors> {
  const filter = {
    ...(query.search === undefined ? {} : { prefix: query.search }),
    ...(query.kind === undefined ? {} : { kind: query.kind }),
  };
  return readPage(
    query,
    (after, limit) => store.list(project.projectKey, filter, { after: after && toPosition(after), limit }),
    ({ lastSeenAt, actorKey }) => [lastSeenAt, actorKey],
    toActor,
  );
}

/**
 * One actor, and a page of their events, newest first. An id is one actor, whether it was sent as a userId or as an anonymousId.
 * @throws ApiError not_found, invalid_query
 */
export async function readActor(
  store: ActorStore,
  project: InsightProject,
  actorId: string,
  query: ActorQuery & { now: Date },
): Promise<ActorTimeline> {
  const { cursor, limit = defaultPageSize, tz = project.timezone, now } = query;
  const after = cursor === undefined ? null : readTimelineCursor(cursor);
  const actor = await findActor(store, project, actorId);
  const active = await store.activeDaysOf(project.projectKey, actor);
  const pageAt = (page: { after: typeof after; limit: number }) =>
    store.timelineOf(project.projectKey, actor, active, { ...page, order: "desc" });
  const { events, next } = await pageAt({ after, limit });
  const latest = after === null ? events[0] : (await pageAt({ after: null, limit: 1 })).events[0];
  const days = localDays(active, tz);
  const [since = 0] = trailingDays(now.getTime() + 1, tz, shownDays);
  return {
    actor: {
      ...toActor(actor),
      activeDays: days.length,
      days: days.filter((day) => day >= localDate(since, tz)).reverse(),
      device: latest === undefined ? null : toSessionDevice(latest.device),
    },
    items: events.map(toTimelineEvent),
    nextCursor: next === null ? null : timelineCursor(next),
  };
}

const shownDays = 90;

/** @throws ApiError not_found */
export async function findActor(store: ActorStore, project: InsightProject, actorId: string): Promise<StoredActor> {
  const actor = await store.find(project.projectKey, idKey(actorId).uuid);
  if (actor === null) throw notFound("actor", actorId);
  return actor;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function toPosition([lastSeenAt, key]: [number, string | number]): ActorPosition {
  if (typeof key !== "string" || !uuid.test(key)) throw invalidQuery("cursor", "is not one that a list gave out");
  return { lastSeenAt, actorKey: key };
}

/** An actor as the API shows it. */
export function toActor({ id, kind, firstSeenAt, lastSeenAt }: StoredActor): AppActor {
  return { id, kind, firstSeenAt: instant(firstSeenAt), lastSeenAt: instant(lastSeenAt) };
}

/** The days of a time zone on which an actor did something, oldest first. Midnights lie on quarters of an hour in every zone. */
export function localDays(active: readonly ActiveDay[], tz: string): string[] {
  const days: string[] = [];
  let to = Number.NEGATIVE_INFINITY;
  for (const quarter of active.flatMap(({ quarters }) => quarters)) {
    if (quarter < to) continue;
    const day = calendarPeriodAt(quarter, tz, "day");
    days.push(localDate(day.from, tz));
    to = day.to;
  }
  return days;
}
