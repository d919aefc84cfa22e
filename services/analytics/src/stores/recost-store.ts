import type { Money } from "../money.js";
import type { PricedUsage, ServiceTier } from "../pricing.js";
import type { AuditNote } from "./audit-store.js";
import type { Receipt } from "./usage-store.js";

/** Which calls: all that are given must hold. Times are milliseconds, `to` excluded. */
export type RecostScope = { from: number | null; to: number | null; model: string | null; onlyUnpriced: boolean };

/** A place in the order of calls: by time, then by id. */
export type RecostPosition = { occurredAt: number; requestId: string };

/** What a price depends on. */
export type RecostCall = PricedUsage & {
  occurredAt: number;
  model: string;
  provider: string | null;
  serviceTier: ServiceTier | null;
};

/** A call whose receipt changes. `before` is null when it had no price. */
export type RecostChange = { model: string; occurredAt: number; before: Money | null; after: Money };

export type RecostStep = {
  scanned: number;
  changes: RecostChange[];
  /** Where to go on; null at the end. */
  next: RecostPosition | null;
  /** The audit entry that tells of everything that was written so far; null before the first change. */
  auditEntry: number | null;
};

export type RecostStore = {
  /** How many calls of the days between `from` and `to` are archived, of any model: no step sees them. */
  countArchived(scope: Pick<RecostScope, "from" | "to">): Promise<number>;
  /**
   * Prices the next `limit` calls after a position. With `audit` it writes what changed (receipts, both rollups, the audit
   * entry) in one transaction, the calls locked; without, it only tells. A call for which `receiptOf` answers null keeps the
   * receipt that it has. Repeatable: a second time nothing changes.
   */
  step(request: {
    scope: RecostScope;
    after: RecostPosition | null;
    limit: number;
    receiptOf: (call: RecostCall) => Receipt | null;
    /** `entry` is that of the step before; the note tells of everything up to this step. */
    audit: { entry: number | null; noteOf: (changes: readonly RecostChange[]) => AuditNote } | null;
  }): Promise<RecostStep>;
};
