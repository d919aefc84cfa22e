import type { RejectReason } from "@mobigen/analytics-contract";

export type LedgerCounts = { received: number; stored: number; duplicates: number; rejected: number };

export type LedgerReading = {
  /** One for each interval that has any, ascending by `index`. */
  byInterval: (LedgerCounts & { index: number })[];
  /** Over all intervals, by reason. */
  byReason: { reason: RejectReason; events: number }[];
};

/** What became of every event that came in, by the server's time. */
export type IngestionLedgerStore = {
  /** A project's entries between boundaries (ascending milliseconds, all of them bounds of buckets), all at one instant. */
  read(projectKey: number, boundaries: readonly number[]): Promise<LedgerReading>;
};
