import type { ActorKind } from "./event-store.js";
import type { TimelinePage, TimelinePageQuery } from "./timeline-event.js";

/** Who acts in an app. Times in milliseconds since the epoch. */
export type StoredActor = {
  /** The 16 bytes that stand for the id. */
  actorKey: string;
  /** As it was sent. */
  id: string;
  kind: ActorKind;
  firstSeenAt: number;
  lastSeenAt: number;
};

export type ActorPosition = Pick<StoredActor, "lastSeenAt" | "actorKey">;

export type ActorFilter = {
  /** What ids begin with. */
  prefix?: string;
  kind?: ActorKind;
};

/** A UTC day and the starts of the quarters of an hour of it in which an actor did something, ascending. */
export type ActiveDay = { day: number; quarters: number[] };

export type ActorStore = {
  /** Last seen first. */
  list(
    projectKey: number,
    filter: ActorFilter,
    page: { after: ActorPosition | null; limit: number },
  ): Promise<StoredActor[]>;
  find(projectKey: number, actorKey: string): Promise<StoredActor | null>;
  /** All days on which they did something, oldest first. */
  activeDaysOf(projectKey: number, actor: StoredActor): Promise<ActiveDay[]>;
  /** Their events in those days, as far as they are in the database. A page may hold fewer than its limit and not be the last. */
  timelineOf(
    projectKey: number,
    actor: StoredActor,
    days: readonly ActiveDay[],
    page: TimelinePageQuery,
  ): Promise<TimelinePage>;
};
