/** What a change leaves in the audit log: who did what to which thing. Never a secret. */
export type AuditNote = {
  at: Date;
  actor: string;
  action: AuditAction;
  target: string;
  detail: Readonly<Record<string, unknown>>;
};

export type AuditAction =
  | "project.create"
  | "project.update"
  | "key.create"
  | "key.revoke"
  | "token.create"
  | "token.revoke"
  | "price.set"
  | "price.end"
  | "usage.price"
  | "usage.recost"
  | "budget.create"
  | "budget.update"
  | "budget.delete"
  | "report.subscribe"
  | "report.update"
  | "report.unsubscribe"
  | "report.delete"
  | "message.resend"
  | "actor.export"
  | "actor.erase";

export type AuditRow = {
  entryKey: number;
  at: Date;
  actor: string;
  action: string;
  target: string;
  detail: unknown;
};

export type AuditStore = {
  /** Newest first, before a position. */
  list(page: { before: number | null; limit: number }): Promise<AuditRow[]>;
};
