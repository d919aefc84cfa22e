import type { AuditEntry, Page, PageQuery } from "@mobigen/analytics-contract";
import { readPage } from "../cursor.js";
import type { AuditRow, AuditStore } from "../stores/audit-store.js";

export type Audit = ReturnType<typeof createAudit>;

/** The log of who changed what. Written by the stores, in the transaction of the change itself. */
export function createAudit(store: AuditStore) {
  return {
    /** Newest first. @throws ApiError invalid_query */
    list(query: PageQuery): Promise<Page<AuditEntry>> {
      return readPage(
        query,
        (after, limit) => store.list({ before: after?.[0] ?? null, limit }),
        (row) => [row.entryKey, 0],
        toEntry,
      );
    },
  };
}

function toEntry(row: AuditRow): AuditEntry {
  return {
    id: String(row.entryKey),
    at: row.at.toISOString(),
    actor: row.actor,
    action: row.action,
    target: row.target,
    detail: row.detail as AuditEntry["detail"],
  };
}
