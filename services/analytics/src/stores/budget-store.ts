import type { BudgetMode, BudgetScope, CalendarPeriod } from "@mobigen/analytics-contract";
import type { Money } from "../money.js";
import type { TimeWindow } from "../types.js";
import type { AuditNote } from "./audit-store.js";
import type { NewDelivery } from "./outbox-store.js";

export type BudgetChannelRow =
  | { type: "log" }
  | { type: "email"; to: string }
  | { type: "webhook"; url: string; secret: string };

export type BudgetSettings = {
  name: string | null;
  /** US dollars a period. */
  limit: Money;
  mode: BudgetMode;
  /** Percent of the limit, ascending. */
  thresholds: readonly number[];
  channels: readonly BudgetChannelRow[];
};

export type NewBudgetRow = BudgetSettings & {
  id: string;
  scope: BudgetScope;
  /** Null for the platform. */
  scopeId: string | null;
  period: CalendarPeriod;
  timezone: string;
};

export type BudgetRow = NewBudgetRow & {
  budgetKey: number;
  /** Start of the period in which it was made, or made hard (milliseconds): nothing before it counts. */
  countedFrom: number;
  createdAt: Date;
  updatedAt: Date;
};

/** What a period of a budget has come to. `reserved` is zero for a soft one. */
export type BudgetSpending = { window: TimeWindow; spent: Money; reserved: Money };

export type BudgetStanding = BudgetRow & BudgetSpending;

/** Whom a call counts for. The platform always. */
export type CallScopes = { userId: string | null; projectId: string | null; feature: string | null };

export type Reservation = CallScopes & { requestId: string; amount: Money; at: Date; expiresAt: Date };

/**
 * `held`: until `expiresAt`, for the same request that of the first time. `free`: no hard budget counts the call. `taken`: the
 * request id holds another amount, or is recorded already. The hard budgets as they stood before.
 */
export type ReservationOutcome =
  | { kind: "held"; expiresAt: Date; standings: BudgetStanding[] }
  | { kind: "free" | "denied"; standings: BudgetStanding[] }
  | { kind: "taken" };

/** A threshold that a budget's spending has passed. */
export type BudgetCrossing = {
  budgetKey: number;
  /** Of the period. */
  window: TimeWindow;
  threshold: number;
  spent: Money;
  limit: Money;
  at: Date;
};

export type BudgetPosition = { createdAt: Date; id: string };

/**
 * Budgets, what hard ones have spent, and what is held on them. The spending of a hard budget is kept in the transaction of the
 * usage records (`budget-ledger.ts`), that of a soft one is summed up when it is asked for.
 */
export type BudgetStore = {
  /** "limit" when there are `maxBudgets`. A hard one starts from what its running period has cost already. */
  create(budget: NewBudgetRow, maxBudgets: number, audit: AuditNote): Promise<BudgetRow | "limit">;
  /** Newest first. */
  list(page: { after: BudgetPosition | null; limit: number }): Promise<BudgetRow[]>;
  find(id: string): Promise<BudgetRow | null>;
  /** Made hard, it starts from what its running period has cost; made soft, what was held is let go. Null when there is none. */
  update(id: string, changes: Partial<BudgetSettings>, audit: AuditNote): Promise<BudgetRow | null>;
  /** With its spending, holds and alerts. False when there is none. */
  remove(id: string, audit: AuditNote): Promise<boolean>;
  /** All that count such a call. */
  matching(scopes: CallScopes): Promise<BudgetRow[]>;
  /** How each stands at `at`, in the period that holds it; in order. */
  standingsOf(budgets: readonly BudgetRow[], at: Date): Promise<BudgetStanding[]>;
  /** Holds the amount on every hard budget that counts the call, or on none. Of racing calls each sees what the others hold. */
  reserve(reservation: Reservation): Promise<ReservationOutcome>;
  /** Lets go of what a request holds. False when it holds nothing. */
  release(requestId: string): Promise<boolean>;
  /** Drops holds that expired: they stopped to count by themselves. Answers how many. */
  dropExpired(at: Date): Promise<number>;
  /** Every budget, ascending by key, in pages. */
  listAll(page: { afterKey: number; limit: number }): Promise<BudgetRow[]>;
  /** Notes those that are new; the highest of a budget and period is to be announced, lower ones are not. */
  noteCrossings(crossings: readonly BudgetCrossing[]): Promise<number>;
  /** The latest alerts of a budget, newest first. */
  alertsOf(budgetKey: number, limit: number): Promise<BudgetCrossing[]>;
  /**
   * Puts the messages of up to `limit` alerts that were not announced into the outbox, each once on any number of replicas.
   * Answers how many alerts.
   */
  announce(
    at: Date,
    limit: number,
    messagesOf: (budget: BudgetRow, alert: BudgetCrossing) => NewDelivery[],
  ): Promise<number>;
};
