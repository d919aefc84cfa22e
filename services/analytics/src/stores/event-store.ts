/** The port of raw app events and everything that is kept in step with them. Times are milliseconds since the epoch, UTC. */

/** What an event says of its device and app; '' where it says nothing. */
export type DeviceProfile = {
  platform: string;
  osVersion: string;
  appVersion: string;
  appBuild: string;
  model: string;
  manufacturer: string;
  locale: string;
  timezone: string;
};

export type ActorKind = "user" | "anonymous";

/** Who acts: `id` is the 16-byte key, `text` the id as the client sent it. */
export type EventActor = { id: string; kind: ActorKind; text: string };

/** An app event that passed every check. Ids are UUID keys (ids.ts); their `…Text` is null where the key is the text. */
export type AppEvent = {
  /** As the client sent it: a part of the identity, never corrected. */
  occurredAt: number;
  receivedAt: number;
  /** What the device's clock should have said; null where it was right, or where nothing tells. */
  correctedAt: number | null;
  eventId: string;
  eventIdText: string | null;
  sessionId: string;
  sessionIdText: string | null;
  actor: EventActor | null;
  type: string;
  /** '' for an event without a name of its own. */
  name: string;
  device: DeviceProfile;
  isBot: boolean;
  country: string | null;
  /** JSON text of an object. */
  properties: string | null;
};

/** The time that an event counts by. */
export function effectiveTime(event: AppEvent): number {
  return event.correctedAt ?? event.occurredAt;
}

/** The accepted events of one request, all of one project. */
export type EventBatch = { projectKey: number; events: readonly AppEvent[] };

/** How many of a batch's events were stored before, by an earlier batch or by itself. */
export type BatchOutcome = { duplicates: number };

/** An event with the keys of its dictionaries: what becomes a row. */
export type EventRow = { projectKey: number; nameKey: number; deviceKey: number; event: AppEvent };

export type EventRollupDelta = { projectKey: number; bucket: number; nameKey: number; events: number };

export type ProjectRollupDelta = { projectKey: number; bucket: number; events: number };

/** What rows add to one session. `startedAt` and `deviceKey` are of the earliest row, `actorId` is of the latest that has one. */
export type SessionDelta = {
  projectKey: number;
  sessionId: string;
  sessionIdText: string | null;
  startedAt: number;
  lastEventAt: number;
  deviceKey: number;
  actorId: string | null;
  events: number;
  screens: number;
};

export type ActorDelta = {
  projectKey: number;
  actorId: string;
  kind: ActorKind;
  idText: string;
  firstSeenAt: number;
  lastSeenAt: number;
};

/** `buckets`: 96 digits 0 or 1, the first for the quarter of an hour that begins at midnight UTC. */
export type ActorDayDelta = { projectKey: number; day: string; actorId: string; buckets: string };

/** What newly stored rows change elsewhere; every list is sorted by its primary key, so that writers lock in one order. */
export type EventDeltas = {
  eventRollups: EventRollupDelta[];
  projectRollups: ProjectRollupDelta[];
  sessions: SessionDelta[];
  actors: ActorDelta[];
  actorDays: ActorDayDelta[];
};

export type EventStore = {
  /**
   * Stores the batches and everything that counts them in one transaction, and resolves after its commit to one outcome for
   * each, in order. An event whose identity (project, occurredAt, eventId) is stored already changes nothing, so that a batch
   * can be appended again after any failure.
   */
  append(batches: readonly EventBatch[]): Promise<BatchOutcome[]>;
};
