import type { ReportScope } from "@mobigen/analytics-contract";
import type { AuditNote } from "./audit-store.js";
import type { NewDelivery } from "./outbox-store.js";

export type NewReportSubscriptionRow = {
  id: string;
  scope: ReportScope;
  /** Null for the platform. */
  scopeId: string | null;
  address: string;
  timezone: string;
};

export type ReportSubscriptionRow = NewReportSubscriptionRow & {
  subscriptionKey: number;
  createdAt: Date;
  updatedAt: Date;
  pausedAt: Date | null;
  /** By the receiver's own hand. */
  unsubscribedAt: Date | null;
  lastReportAt: Date | null;
};

export type ReportSubscriptionChanges = { timezone?: string; paused?: boolean };

export type SubscriptionPosition = { createdAt: Date; id: string };

/** A report that is ready to go: its mail, and the hash of the token in its unsubscribe link. */
export type ReportMail = { delivery: NewDelivery; tokenHash: Buffer; at: Date };

/** Who gets the weekly report, and which mails they got. */
export type ReportSubscriptionStore = {
  /** `limit` when there are `maxSubscriptions`, `exists` when the address gets that report already, or has unsubscribed from it. */
  create(
    subscription: NewReportSubscriptionRow,
    maxSubscriptions: number,
    audit: AuditNote,
  ): Promise<ReportSubscriptionRow | "limit" | "exists">;
  /** Newest first. */
  list(page: { after: SubscriptionPosition | null; limit: number }): Promise<ReportSubscriptionRow[]>;
  find(id: string): Promise<ReportSubscriptionRow | null>;
  /** Null when there is none. Paused, its mails that were not sent yet are dropped. */
  update(id: string, changes: ReportSubscriptionChanges, audit: AuditNote): Promise<ReportSubscriptionRow | null>;
  /** With its mails that were not sent yet. False when there is none. */
  remove(id: string, audit: AuditNote): Promise<boolean>;
  /**
   * Active ones that were there when the window ended and have no report of it; those of one subject and time zone stand
   * together, in the same order in every page.
   */
  due(windowEnd: Date, page: { after: ReportSubscriptionRow | null; limit: number }): Promise<ReportSubscriptionRow[]>;
  /**
   * Puts the report of a window into the outbox, once, on any number of replicas. False when it was there already, or the
   * subscription is active no more.
   */
  queue(subscriptionKey: number, windowEnd: Date, mail: ReportMail): Promise<boolean>;
  /** The same beside the reports of the weeks: for one that somebody asked for. */
  queueExtra(subscriptionKey: number, mail: ReportMail): Promise<boolean>;
  /** Of the mail whose unsubscribe link has the token; null when there is none. */
  findByToken(tokenHash: Buffer): Promise<ReportSubscriptionRow | null>;
  /** What its receiver asked for; mails that were not sent yet are dropped. The first time counts. */
  unsubscribe(subscriptionKey: number, audit: AuditNote): Promise<void>;
  /** Drops links of mails that were sent before. Answers how many. */
  dropMails(before: Date): Promise<number>;
};
