import type { RejectReason } from "@mobigen/analytics-contract";

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

/** What one request held, all of one project: its accepted events, and, for the ledger alone, the rest. */
export type EventBatch = {
  projectKey: number;
  /** When the request came, by the server's clock. The ledger counts by it; the `receivedAt` of its events are in the same bucket. */
  receivedAt: number;
  /** Events that the request held: counted before any was judged, so that the ledger's balance can tell of one that got lost. */
  received: number;
  events: readonly AppEvent[];
  /** Why the others were refused, an entry for each. */
  rejected: readonly RejectReason[];
};

/** How many of a batch's accepted events were stored before, by an earlier batch or by itself. */
export type BatchOutcome = { duplicates: number };

/** A batch, and how many of its events are stored by the transaction at hand. */
export type BatchTally = { batch: EventBatch; stored: number };

/** An event with the keys of its dictionaries: what becomes a row. */
export type EventRow = { projectKey: number; nameKey: number; deviceKey: number; event: AppEvent };

/** `nameEvents[n]` of the `events` have the name `nameKeys[n]`; sorted by key, none twice. */
export type ProjectRollupDelta = {
  projectKey: number;
  bucket: number;
  events: number;
  nameKeys: number[];
  nameEvents: number[];
};

/** What rows add to one session. `startedAt` and `deviceKey` are of the earliest row, `actorId` and `actorAt` of the latest with an actor. */
export type SessionDelta = {
  projectKey: number;
  sessionId: string;
  sessionIdText: string | null;
  startedAt: number;
  lastEventAt: number;
  deviceKey: number;
  actorId: string | null;
  actorAt: number | null;
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

/** What became of the events that requests of one project held, by the bucket of the server's time when they came. */
export type LedgerDelta = {
  projectKey: number;
  bucket: number;
  received: number;
  stored: number;
  duplicates: number;
  rejected: number;
};

export type RejectionDelta = { projectKey: number; bucket: number; reason: RejectReason; events: number };

/** What a flush changes beside the rows that it stores; every list is sorted by its primary key, so that writers lock in one order. */
export type EventDeltas = {
  projectRollups: ProjectRollupDelta[];
  sessions: SessionDelta[];
  actors: ActorDelta[];
  actorDays: ActorDayDelta[];
  ledger: LedgerDelta[];
  rejections: RejectionDelta[];
};

export type EventStore = {
  /**
   * Stores the batches and everything that counts them in one transaction, and resolves after its commit to one outcome for
   * each, in order. An event whose identity (project, occurredAt, eventId) is stored already changes nothing but the ledger's
   * duplicates, so that a batch can be appended again after any failure. When this rejects, nothing of it is in the ledger either
   * (save that a commit whose answer was lost may have happened).
   */
  append(batches: readonly EventBatch[]): Promise<BatchOutcome[]>;
};
