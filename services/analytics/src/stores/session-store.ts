import type { TimeWindow } from "../types.js";
import type { ActorKind, DeviceProfile } from "./event-store.js";
import type { DeviceFilter } from "./insight-filter.js";
import type { TimelinePage, TimelinePageQuery } from "./timeline-event.js";

/** A session of an app. Ids as they were sent; times in milliseconds since the epoch. */
export type StoredSession = {
  /** The 16 bytes that stand for the id. */
  sessionKey: string;
  sessionId: string;
  startedAt: number;
  lastEventAt: number;
  events: number;
  screens: number;
  /** Of its latest event that names one. */
  actor: { id: string; kind: ActorKind } | null;
  /** Of its first event. */
  device: DeviceProfile;
};

export type SessionPosition = Pick<StoredSession, "startedAt" | "sessionKey">;

export type SessionFilter = DeviceFilter & {
  /** The 16 bytes that stand for an actor's id. */
  actorKey?: string;
  minSeconds?: number;
  minEvents?: number;
};

export type SessionPageQuery = { after: SessionPosition | null; limit: number; order: "asc" | "desc" };

export type SessionStore = {
  /** Sessions that began in the window, by their start. */
  list(projectKey: number, window: TimeWindow, filter: SessionFilter, page: SessionPageQuery): Promise<StoredSession[]>;
  find(projectKey: number, sessionKey: string): Promise<StoredSession | null>;
  /** Its events, as far as they are in the database. A page may hold fewer than its limit and not be the last. */
  timelineOf(projectKey: number, session: StoredSession, page: TimelinePageQuery): Promise<TimelinePage>;
};
