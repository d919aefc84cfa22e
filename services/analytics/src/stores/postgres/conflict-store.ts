import type pg from "pg";
import { toInstant } from "../../types.js";
import type { ConflictStore, UsageConflictNote, UsageConflictRow } from "../conflict-store.js";
import { compareTexts } from "./identity.js";
import { inTransaction, query } from "./transaction.js";

// Who sends more has one fault, not thousands.
const maxKept = 5_000;

type Row = {
  conflict_key: number;
  request_id: string;
  first_at: Date;
  last_at: Date;
  count: number;
  sent_by: string;
  content: unknown;
};

export function createConflictStore(pool: pg.Pool): ConflictStore {
  return {
    // A transaction of its own: nothing else was written for these.
    note: (conflicts) =>
      inTransaction(pool, async (client) => {
        const rows = eachOnce(conflicts).slice(-maxKept);
        await client.query(
          `insert into usage_conflict as known (request_id, content_hash, first_at, last_at, count, sent_by, content)
           select request_id, content_hash, at, at, count, sent_by, content
           from unnest($1::text[], $2::bytea[], $3::timestamptz[], $4::integer[], $5::text[], $6::jsonb[])
             as sent (request_id, content_hash, at, count, sent_by, content)
           on conflict (request_id, content_hash) do update set
             count = least(known.count::bigint + excluded.count, 2147483647), last_at = greatest(known.last_at, excluded.last_at)`,
          [
            rows.map((row) => row.requestId),
            rows.map((row) => row.contentHash),
            rows.map((row) => toInstant(row.at)),
            rows.map((row) => row.count),
            rows.map((row) => row.sentBy),
            rows.map((row) => JSON.stringify(row.content)),
          ],
        );
        // By count: a repeated conflict uses up keys as well.
        await client.query(
          `delete from usage_conflict where conflict_key <=
             (select conflict_key from usage_conflict order by conflict_key desc offset $1 limit 1)`,
          [maxKept],
        );
      }),

    // The primary key backwards.
    async list({ before, limit }) {
      const rows = await query<Row>(
        pool,
        `select conflict_key, request_id, first_at, last_at, count, sent_by, content from usage_conflict
         where $1::bigint is null or conflict_key < $1 order by conflict_key desc limit $2`,
        [before, limit],
      );
      return rows.map(toRow);
    },
  };
}

// Sorted: writers that meet never wait in a circle.
function eachOnce(conflicts: readonly UsageConflictNote[]): (UsageConflictNote & { count: number })[] {
  const rows = new Map<string, UsageConflictNote & { count: number }>();
  for (const conflict of conflicts) {
    const key = JSON.stringify([conflict.requestId, conflict.contentHash.toString("hex")]);
    rows.set(key, { ...conflict, count: (rows.get(key)?.count ?? 0) + 1 });
  }
  return [...rows.entries()].sort(([a], [b]) => compareTexts(a, b)).map(([, row]) => row);
}

function toRow(row: Row): UsageConflictRow {
  return {
    conflictKey: row.conflict_key,
    requestId: row.request_id,
    firstAt: row.first_at,
    lastAt: row.last_at,
    count: row.count,
    sentBy: row.sent_by,
    content: row.content,
  };
}
