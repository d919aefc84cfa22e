import type { Sessions, SessionTimeline } from "@mobigen/analytics-contract";
import { type InsightFilter, insightPages } from "./insight";
import { pathOf } from "./request";
import type { Window } from "./window";

export type SessionFilter = Pick<InsightFilter, "platform" | "version" | "country"> & {
  actor?: string | undefined;
  minSeconds?: string | undefined;
  minEvents?: string | undefined;
};

const sessionsAtOnce = 50;
const eventsAtOnce = 200;

/** An app's sessions, the newest first. (The dashboard's own session is in session.ts.) */
export function appSessionsQuery(projectId: string, window: Window, filter: SessionFilter) {
  return insightPages<Sessions>(projectId, "sessions", { limit: sessionsAtOnce, ...window, ...filter });
}

/** One session with its events, the oldest first. */
export function sessionTimelineQuery(projectId: string, sessionId: string) {
  return insightPages<SessionTimeline>(projectId, pathOf("sessions/:sessionId", { sessionId }), {
    limit: eventsAtOnce,
  });
}
