import type { MessageState } from "@mobigen/analytics-contract";
import type { AuditNote } from "./audit-store.js";

/** What is to be sent, as whoever has cause writes it. */
export type NewDelivery = { dedupeKey: string } & DeliveryContent;

export type DeliveryContent =
  | { kind: "log"; payload: LogPayload }
  | { kind: "mail"; payload: MailPayload }
  | { kind: "webhook"; payload: WebhookPayload };

export type LogPayload = { message: string; fields: Readonly<Record<string, unknown>> };

export type MailPayload = {
  to: string;
  subject: string;
  text: string;
  html?: string;
  headers?: Readonly<Record<string, string>>;
};

/** The secret is a standard-webhooks one, `whsec_…`; the body any JSON value. */
export type WebhookPayload = { url: string; secret: string; body: unknown };

/** One that this process may send until its lease ends. `attempts` counts this one. */
export type ClaimedDelivery = NewDelivery & { deliveryKey: number; attempts: number; createdAt: Date };

export type AttemptOutcome =
  | { kind: "delivered" }
  | { kind: "retry"; nextAttemptAt: Date; error: string }
  | { kind: "gave_up"; error: string };

/** A message as a list shows it. */
export type DeliveryRow = NewDelivery & {
  deliveryKey: number;
  state: MessageState;
  attempts: number;
  createdAt: Date;
  nextAttemptAt: Date;
  finishedAt: Date | null;
  lastError: string | null;
};

/** Messages on their way. A row is sent by one replica at a time, and by none after it was delivered or given up. */
export type OutboxStore = {
  /** Those whose dedupe key is new. Answers how many. */
  add(deliveries: readonly NewDelivery[], at: Date): Promise<number>;
  /** Up to `limit` that are due at `at`, oldest first; nobody else gets them before `leaseUntil`. */
  claim(at: Date, leaseUntil: Date, limit: number): Promise<ClaimedDelivery[]>;
  /** What came of an attempt. One that is finished stays as it is. */
  settle(deliveryKey: number, outcome: AttemptOutcome, at: Date): Promise<void>;
  /** Newest first, before a position; of one state, or of all. What a delivered one said is dropped with its delivery. */
  list(page: { state: MessageState | null; before: number | null; limit: number }): Promise<DeliveryRow[]>;
  /** Lets one that was given up wait again from its first attempt on. Null when there is none with this key. */
  resend(deliveryKey: number, audit: AuditNote): Promise<DeliveryRow | null>;
  /** Drops what was finished before. Answers how many. */
  dropFinished(before: Date, limit: number): Promise<number>;
};
