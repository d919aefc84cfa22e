import type pg from "pg";
import type { AuditNote } from "../audit-store.js";

/** Leaves a note in the audit log, in the transaction of the change itself. Answers the entry's key. */
export async function writeAudit(
  client: pg.PoolClient,
  { at, actor, action, target, detail }: AuditNote,
): Promise<number> {
  const { rows } = await client.query<{ entry_key: number }>(
    "insert into audit_entry (at, actor, action, target, detail) values ($1, $2, $3, $4, $5) returning entry_key",
    [at, actor, action, target, JSON.stringify(detail)],
  );
  if (rows[0] === undefined) throw new Error("an insert answers its row");
  return rows[0].entry_key;
}
