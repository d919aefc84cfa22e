import type { ActorKind, DeviceProfile } from "./event-store.js";

/** A stored event as it is read back: texts as they were sent, times in milliseconds since the epoch. */
export type StoredEvent = {
  /** What the event counts by. */
  at: number;
  /** As the client sent it: with the event's key its identity. */
  occurredAt: number;
  receivedAt: number;
  /** The 16 bytes that stand for the id. */
  eventKey: string;
  eventId: string;
  type: string;
  /** '' for an event without a name of its own. */
  name: string;
  sessionId: string;
  actor: { id: string; kind: ActorKind } | null;
  device: DeviceProfile;
  /** As it was stored; null where only the device's time zone tells (insights/countries.ts). */
  country: string | null;
  isBot: boolean;
  properties: Record<string, unknown> | null;
};

/** A place on a timeline: of the events at one moment, the identity tells which. */
export type TimelinePosition = Pick<StoredEvent, "at" | "eventKey" | "occurredAt">;

/** A page of a timeline. `next`: where the next one begins, behind that place; null at the end. */
export type TimelinePage = { events: StoredEvent[]; next: TimelinePosition | null };

export type TimelinePageQuery = {
  after: TimelinePosition | null;
  limit: number;
  /** `asc`: oldest first. */
  order: "asc" | "desc";
};
