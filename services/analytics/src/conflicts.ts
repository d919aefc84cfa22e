import type { Page, PageQuery, UsageConflict } from "@mobigen/analytics-contract";
import { readPage } from "./cursor.js";
import type { ConflictStore, UsageConflictRow } from "./stores/conflict-store.js";

/** Records that were refused because their id was another one's, newest first. @throws ApiError invalid_query */
export function listConflicts(store: ConflictStore, query: PageQuery): Promise<Page<UsageConflict>> {
  return readPage(
    query,
    (after, limit) => store.list({ before: after?.[0] ?? null, limit }),
    (row) => [row.conflictKey, 0],
    toConflict,
  );
}

function toConflict(row: UsageConflictRow): UsageConflict {
  return {
    id: row.conflictKey,
    requestId: row.requestId,
    firstAt: row.firstAt.toISOString(),
    lastAt: row.lastAt.toISOString(),
    count: row.count,
    sentBy: row.sentBy,
    // Was parsed by the contract before it was stored.
    content: row.content as UsageConflict["content"],
  };
}
