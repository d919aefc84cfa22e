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

/** Messages on their way. A row is sent by one replica at a time, and by none after it was delivered or given up. */
export type OutboxStore = {
  /** Those whose dedupe key is new. Answers how many. */
  add(deliveries: readonly NewDelivery[], at: Date): Promise<number>;
  /** Up to `limit` that are due at `at`, oldest first; nobody else gets them before `leaseUntil`. */
  claim(at: Date, leaseUntil: Date, limit: number): Promise<ClaimedDelivery[]>;
  /** What came of an attempt. One that is finished stays as it is. */
  settle(deliveryKey: number, outcome: AttemptOutcome, at: Date): Promise<void>;
  /** Drops what was finished before. Answers how many. */
  dropFinished(before: Date, limit: number): Promise<number>;
};
