import type { Price } from "../pricing.js";
import type { TimeWindow } from "../types.js";
import type { UsageRecord, UsageSums } from "./usage-store.js";

export type CostFilter = {
  userId?: string | undefined;
  projectId?: string | undefined;
  model?: string | undefined;
  provider?: string | undefined;
  feature?: string | undefined;
  tag?: string | undefined;
};

/** What calls can be told apart by; the days are the intervals between boundaries. */
export type CostKey = "user" | "project" | "model" | "provider" | "feature" | "tag";

export type GroupQuestion = {
  window: TimeWindow;
  filter: CostFilter;
  /** A key, or ascending boundaries (milliseconds) from the window's start to its end. */
  by: { kind: "key"; key: CostKey } | { kind: "intervals"; boundaries: readonly number[]; order: "asc" | "desc" };
  offset: number;
  limit: number;
};

/** `key` is '' for calls that name none, and the number of the interval, from 0, for intervals. */
export type CostGroupRow = UsageSums & { key: string };

export type CostStore = {
  /**
   * The sums of the window and a page of its groups, of one snapshot; groups without a call are left out. By key: the dearest
   * first, then by key. A call with three tags is in three groups by tag, and once in the sums.
   */
  groups(question: GroupQuestion): Promise<{ sums: UsageSums; groups: CostGroupRow[] }>;
  /** One call with its price; null when there is none with this id. */
  findRecord(requestId: string): Promise<{ record: Omit<UsageRecord, "contentHash">; price: Price | null } | null>;
  /** In which file a call is whose row has left the database; null when there is none with this id. */
  findArchived(requestId: string): Promise<{ file: number; day: string; archivedAt: Date } | null>;
};
