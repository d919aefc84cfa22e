import {
  type AppSession,
  defaultPageSize,
  type PageQuery,
  type SessionDevice,
  type Sessions,
  type SessionsQuery,
  type SessionTimeline,
} from "@mobigen/analytics-contract";
import { readPage } from "../cursor.js";
import { invalidQuery, notFound } from "../errors.js";
import { idKey } from "../ingestion/ids.js";
import type { DeviceProfile } from "../stores/event-store.js";
import type { SessionFilter, SessionPosition, SessionStore, StoredSession } from "../stores/session-store.js";
import { answerHeader, type InsightProject, type InsightQuestion, instant } from "./question.js";
import { orNull, readTimelineCursor, timelineCursor, toTimelineEvent } from "./timeline.js";

/** A page of the sessions that began in the window, newest first unless `order` says otherwise. @throws ApiError invalid_query */
export async function readSessions(
  store: SessionStore,
  question: InsightQuestion,
  query: Pick<SessionsQuery, "actor" | "minSeconds" | "minEvents" | "order" | "cursor" | "limit">,
): Promise<Sessions> {
  const { project, window } = question;
  const filter = sessionFilter(question, query);
  const order = query.order ?? "desc";
  const page = await readPage(
    query,
    (after, limit) =>
      store.list(project.projectKey, window, filter, { after: after && toPosition(after), limit, order }),
    ({ startedAt, sessionKey }) => [startedAt, sessionKey],
    toSession,
  );
  return { ...answerHeader(question), ...page };
}

/** A session, and a page of its events, oldest first. @throws ApiError not_found, invalid_query */
export async function readSession(
  store: SessionStore,
  project: InsightProject,
  sessionId: string,
  { cursor, limit = defaultPageSize }: PageQuery,
): Promise<SessionTimeline> {
  const after = cursor === undefined ? null : readTimelineCursor(cursor);
  const session = await store.find(project.projectKey, idKey(sessionId).uuid);
  if (session === null) throw notFound("session", sessionId);
  const { events, next } = await store.timelineOf(project.projectKey, session, { after, limit, order: "asc" });
  return {
    session: toSession(session),
    items: events.map(toTimelineEvent),
    nextCursor: next === null ? null : timelineCursor(next),
  };
}

function sessionFilter(
  { filter }: InsightQuestion,
  { actor, minSeconds, minEvents }: Pick<SessionsQuery, "actor" | "minSeconds" | "minEvents">,
): SessionFilter {
  return {
    ...filter,
    ...(actor === undefined ? {} : { actorKey: idKey(actor).uuid }),
    ...(minSeconds === undefined ? {} : { minSeconds }),
    ...(minEvents === undefined ? {} : { minEvents }),
  };
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function toPosition([startedAt, key]: [number, string | number]): SessionPosition {
  if (typeof key !== "string" || !uuid.test(key)) throw invalidQuery("cursor", "is not one that a list gave out");
  return { startedAt, sessionKey: key };
}

/** A session as the API shows it. */
export function toSession(session: StoredSession): AppSession {
  return {
    sessionId: session.sessionId,
    startedAt: instant(session.startedAt),
    lastEventAt: instant(session.lastEventAt),
    durationSeconds: (session.lastEventAt - session.startedAt) / 1_000,
    events: session.events,
    screens: session.screens,
    actor: session.actor,
    device: toSessionDevice(session.device),
  };
}

export function toSessionDevice(device: DeviceProfile): SessionDevice {
  return {
    platform: orNull(device.platform),
    osVersion: orNull(device.osVersion),
    appVersion: orNull(device.appVersion),
    appBuild: orNull(device.appBuild),
    model: orNull(device.model),
    manufacturer: orNull(device.manufacturer),
    locale: orNull(device.locale),
    timezone: orNull(device.timezone),
  };
}
