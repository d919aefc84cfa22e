import { nameSchema } from "@mobigen/analytics-contract";

/** One event of the platform as it is stored. Times are milliseconds. */
export type PlatformEvent = {
  eventId: string;
  event: string;
  userId: string | null;
  projectId: string | null;
  occurredAt: number;
  receivedAt: number;
  /** A JSON object as text. */
  metadata: string | null;
  /** The name that the event gives its project, if it gives one. */
  projectName: string | null;
  /** Of the event as it was sent: tells a retry from another event under the same id. */
  contentHash: Buffer;
};

/** `duplicate`: the same event was stored before. `conflict`: another event has the id. */
export type PlatformEventOutcome = "stored" | "duplicate" | "conflict";

export type PlatformEventStore = {
  /**
   * Stores the events that are new, with their rollups and what they say about projects, in one transaction; an outcome for
   * each, in order. Repeatable. Of two events with one id in one call the first counts.
   *
   * The registry of projects: `project.created` registers its project, any `project.*` event with a name names it (the name
   * of the latest event time holds), `project.deleted` marks it deleted; in whatever order the events arrive. Events of a
   * project that was never registered are only kept, until it is.
   */
  append(events: readonly PlatformEvent[]): Promise<PlatformEventOutcome[]>;
};

/** `name` of an event's metadata, where it can name a project; anything else is metadata like any other. */
export function projectNameOf(name: unknown): string | null {
  const parsed = nameSchema.safeParse(name);
  return parsed.success ? parsed.data : null;
}
