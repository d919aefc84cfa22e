import type { AuditNote } from "./audit-store.js";

/** What was deleted of an actor. */
export type ErasureRow = {
  erasureKey: number;
  id: string;
  erasedAt: Date;
  requestedBy: string;
  /** SHA-256 of the id as it was sent, in hex digits. */
  actorHash: string;
  events: number;
  sessions: number;
  sharedSessions: number;
  activeDays: number;
  firstSeenAt: Date;
  lastSeenAt: Date;
  archivedDays: { day: string | null; location: string }[];
};

export type ErasureRequest = {
  projectKey: number;
  /** The 16 bytes that stand for the id. */
  actorKey: string;
  actorHash: string;
  /** Of the receipt. */
  id: string;
  at: Date;
  requestedBy: string;
  audit: AuditNote;
};

export type ErasureStore = {
  /**
   * Deletes an actor, their events, and what these count for, in one transaction with the receipt and the audit note; null where there
   * is no such actor, "busy" where somebody held what it needs for too long. Events that are stored meanwhile are of a new actor.
   */
  erase(request: ErasureRequest): Promise<ErasureRow | "busy" | null>;
  /** Newest first; `before` is the key of the last one seen. */
  list(projectKey: number, page: { before: number | null; limit: number }): Promise<ErasureRow[]>;
  /** Leaves a note of an export in the audit log. */
  noteExport(audit: AuditNote): Promise<void>;
};
