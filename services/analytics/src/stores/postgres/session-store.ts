import type pg from "pg";
import { type TimeWindow, toInstant } from "../../types.js";
import type { ActorKind, DeviceProfile } from "../event-store.js";
import type { SessionFilter, SessionPageQuery, SessionStore, StoredSession } from "../session-store.js";
import type { TimelinePage, TimelinePageQuery } from "../timeline-event.js";
import { within } from "./app-slices.js";
import { deviceConditions } from "./insight-conditions.js";
import { type Bindings, createBindings } from "./slices.js";
import { readTimeline } from "./timeline.js";
import { query } from "./transaction.js";

export function createSessionStore(pool: pg.Pool): SessionStore {
  return {
    list: (projectKey, window, filter, page) => listSessions(pool, projectKey, window, filter, page),
    find: (projectKey, sessionKey) => findSession(pool, projectKey, sessionKey),
    timelineOf: (projectKey, session, page) => readSessionTimeline(pool, projectKey, session, page),
  };
}

type SessionRow = {
  sessionKey: string;
  sessionIdText: string | null;
  startedAt: Date;
  lastEventAt: Date;
  events: number;
  screens: number;
  actorText: string | null;
  actorKind: ActorKind;
} & DeviceProfile;

// Of one actor by session_actor, else by session_started_at: walked in order until the page is full.
async function listSessions(
  pool: pg.Pool,
  projectKey: number,
  window: TimeWindow,
  filter: SessionFilter,
  { after, limit, order }: SessionPageQuery,
): Promise<StoredSession[]> {
  const left = after === null ? window : cut(window, after.startedAt, order);
  const bindings = createBindings();
  const conditions = [
    `project_key = ${bindings.bind(projectKey)}`,
    within(bindings, "started_at", left),
    ...sessionConditions(bindings, filter),
  ];
  if (after !== null) {
    const place = `(${bindings.bind(toInstant(after.startedAt))}::timestamptz, ${bindings.bind(after.sessionKey)}::uuid)`;
    conditions.push(`(started_at, session_id) ${order === "asc" ? ">" : "<"} ${place}`);
  }
  const inOrder = `order by session.started_at ${order}, session.session_id ${order}`;
  const rows = await query<SessionRow>(
    pool,
    `${describedSessions(`(select * from session where ${conditions.join(" and ")} ${inOrder} limit ${bindings.bind(limit)})`)}
     ${inOrder}`,
    bindings.values,
  );
  return rows.map(toStoredSession);
}

function cut({ from, to }: TimeWindow, at: number, order: "asc" | "desc"): TimeWindow {
  return order === "asc" ? { from: Math.max(from, at), to } : { from, to: Math.min(to, at + 1) };
}

function sessionConditions(
  bindings: Bindings,
  { actorKey, minSeconds, minEvents, ...device }: SessionFilter,
): string[] {
  return [
    ...deviceConditions(bindings, device),
    ...(actorKey === undefined ? [] : [`actor_id = ${bindings.bind(actorKey)}::uuid`]),
    ...(minSeconds === undefined
      ? []
      : [`last_event_at - started_at >= make_interval(secs => ${bindings.bind(minSeconds)})`]),
    ...(minEvents === undefined ? [] : [`events >= ${bindings.bind(minEvents)}`]),
  ];
}

// The primary keys of session, device_profile and actor.
async function findSession(pool: pg.Pool, projectKey: number, sessionKey: string): Promise<StoredSession | null> {
  const [row] = await query<SessionRow>(
    pool,
    describedSessions("(select * from session where project_key = $1 and session_id = $2)"),
    [projectKey, sessionKey],
  );
  return row === undefined ? null : toStoredSession(row);
}

function describedSessions(selection: string): string {
  return `select session.session_id as "sessionKey", session.session_id_text as "sessionIdText", session.started_at as "startedAt",
      session.last_event_at as "lastEventAt", session.events, session.screens, actor.id_text as "actorText", actor.kind as "actorKind",
      device.platform, device.os_version as "osVersion", device.app_version as "appVersion", device.app_build as "appBuild",
      device.model, device.manufacturer, device.locale, device.timezone
    from ${selection} as session
    join device_profile as device using (device_key)
    left join actor on actor.project_key = session.project_key and actor.actor_id = session.actor_id`;
}

function toStoredSession(row: SessionRow): StoredSession {
  const { platform, osVersion, appVersion, appBuild, model, manufacturer, locale, timezone } = row;
  return {
    sessionKey: row.sessionKey,
    sessionId: row.sessionIdText ?? row.sessionKey,
    startedAt: row.startedAt.getTime(),
    lastEventAt: row.lastEventAt.getTime(),
    events: row.events,
    screens: row.screens,
    actor: row.actorText === null ? null : { id: row.actorText, kind: row.actorKind },
    device: { platform, osVersion, appVersion, appBuild, model, manufacturer, locale, timezone },
  };
}

const dayMs = 24 * 3_600_000;

// Between the session's first and last event, day by day: one that an app keeps open for weeks is read a day at a time.
async function readSessionTimeline(
  pool: pg.Pool,
  projectKey: number,
  { sessionKey, startedAt, lastEventAt }: StoredSession,
  page: TimelinePageQuery,
): Promise<TimelinePage> {
  const windows: TimeWindow[] = [];
  for (let from = startedAt; from <= lastEventAt; from = (Math.floor(from / dayMs) + 1) * dayMs) {
    windows.push({ from, to: Math.min((Math.floor(from / dayMs) + 1) * dayMs, lastEventAt + 1) });
  }
  if (page.order === "desc") windows.reverse();
  return readTimeline(pool, { projectKey, column: "session_id", key: sessionKey, windowsAtOnce: 1 }, windows, page);
}
