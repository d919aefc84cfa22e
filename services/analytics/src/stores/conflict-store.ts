/** A record that came under the id of another one, as it was sent. */
export type UsageConflictNote = {
  requestId: string;
  contentHash: Buffer;
  /** Milliseconds. */
  at: number;
  sentBy: string;
  content: Readonly<Record<string, unknown>>;
};

export type UsageConflictRow = {
  conflictKey: number;
  requestId: string;
  firstAt: Date;
  lastAt: Date;
  count: number;
  sentBy: string;
  content: unknown;
};

/** What was refused because its id was another record's: the newest few thousand, the same content once, counted. */
export type ConflictStore = {
  note(conflicts: readonly UsageConflictNote[]): Promise<void>;
  /** Newest first, before a position. */
  list(page: { before: number | null; limit: number }): Promise<UsageConflictRow[]>;
};
