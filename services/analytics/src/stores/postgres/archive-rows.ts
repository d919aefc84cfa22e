import type pg from "pg";
import type { ArchivePart, ArchiveRow, ArchiveValue, ExportSummary } from "../archive-store.js";
import { patiently } from "./client.js";
import { inSnapshot, query } from "./transaction.js";

export const dayMs = 24 * 3_600_000;

export type RetentionRules = {
  /** How far back app events are accepted: whatever a project's retention says, its rows stay for longer. */
  acceptPastDays: number;
  /** Of what belongs to no project that is registered. */
  defaultRetentionDays: number;
};

/** Rows that count by a time before this are past a retention of so many days: whole UTC days, so that days go as a whole. */
export function cutoffOf(now: Date, retentionDays: number, { acceptPastDays }: RetentionRules): Date {
  const today = Math.floor(now.getTime() / dayMs);
  return new Date((today - Math.max(retentionDays, acceptPastDays)) * dayMs);
}

// Days of millions of rows take minutes, and only this connection waits for them.
const patienceMs = 4 * 3_600_000;

/** Lets the transaction take its time, between its statements too. */
export async function takeTime(client: pg.PoolClient): Promise<void> {
  await client.query("set local statement_timeout = 0");
  await client.query("set local idle_in_transaction_session_timeout = 0");
}

export async function slowly<Row extends pg.QueryResultRow>(
  client: pg.PoolClient,
  text: string,
  values: unknown[] = [],
): Promise<pg.QueryResult<Row>> {
  return client.query<Row>(patiently(patienceMs, text, values));
}

export type PartSummaryRow = {
  project_id: string;
  rows: number;
  /** Text: it is beyond 2^53. */
  digest: string;
  first_at: Date;
  last_at: Date;
  last_counted_at: Date;
  last_received_at: Date;
};

/** The sum of the parts. */
export function summaryOf(parts: readonly ArchivePart[], rows: readonly PartSummaryRow[]): ExportSummary {
  const cutoffs = new Map(parts.map((part) => [part.projectId, part.cutoff]));
  const times = (pick: (row: PartSummaryRow) => Date): number[] => rows.map((row) => pick(row).getTime());
  return {
    rows: rows.reduce((sum, row) => sum + row.rows, 0),
    digest: String(rows.reduce((sum, row) => sum ^ BigInt(row.digest), 0n)),
    firstAt: new Date(rows.length === 0 ? 0 : Math.min(...times((row) => row.first_at))),
    lastAt: new Date(rows.length === 0 ? 0 : Math.max(...times((row) => row.last_at))),
    parts: rows.map((row) => ({
      projectId: row.project_id,
      rows: row.rows,
      cutoff: cutoffs.get(row.project_id) ?? noCutoff(),
      lastCountedAt: row.last_counted_at,
      lastReceivedAt: row.last_received_at,
    })),
  };
}

function noCutoff(): never {
  throw new Error("rows of a project that were not asked for");
}

const rowsPerFetch = 5_000;

export type Export = {
  /** One row a part, as PartSummaryRow. */
  summary: string;
  /** The rows, in the order of the file. */
  rows: string;
  values: unknown[];
};

/** Runs both statements in one snapshot, and hands the rows out as they come. */
export function exportRows(
  pool: pg.Pool,
  parts: readonly ArchivePart[],
  { summary, rows, values }: Export,
  onRows: (rows: ArchiveRow[]) => Promise<void>,
): Promise<ExportSummary> {
  return inSnapshot(pool, async (client) => {
    await takeTime(client);
    const counted = await slowly<PartSummaryRow>(client, summary, values);
    await slowly(client, `declare archived no scroll cursor for ${rows}`, values);
    for (;;) {
      const { rows: some } = await client.query<ArchiveValue[]>({
        ...patiently(patienceMs, `fetch ${rowsPerFetch} from archived`),
        rowMode: "array",
      });
      if (some.length === 0) break;
      await onRows(some);
    }
    return summaryOf(parts, counted.rows);
  });
}

/** Days that were restored and are to be left alone still; null stands for the rows of other days. */
export async function heldDays(pool: pg.Pool, kind: string, now: Date): Promise<Set<string | null>> {
  const rows = await query<{ day: string | null }>(
    pool,
    "select distinct day from archive where kind = $1 and state = 'restored' and kept_until > $2",
    [kind, now],
  );
  return new Set(rows.map((row) => row.day));
}

export type VerifiedFileRow = { archive_key: number; rows: number; digest: string };

/** Files whose rows are about to go, locked. Fewer than were asked for: somebody has dealt with them. */
export async function lockVerified(client: pg.PoolClient, files: readonly number[]): Promise<VerifiedFileRow[]> {
  const { rows } = await client.query<VerifiedFileRow>(
    `select archive_key, rows, digest::text from archive where archive_key = any($1::integer[]) and state = 'verified'
     order by archive_key for update`,
    [files],
  );
  if (rows.length !== files.length) throw new Error("a file is not verified any more");
  return rows;
}

export async function markArchived(client: pg.PoolClient, files: readonly number[], at: Date): Promise<void> {
  await client.query("update archive set state = 'archived', archived_at = $2 where archive_key = any($1::integer[])", [
    files,
    at,
  ]);
}

/** True where the file's rows are in the file alone; its row is locked then. */
export async function lockArchived(client: pg.PoolClient, file: number): Promise<boolean> {
  const { rowCount } = await client.query(
    "select from archive where archive_key = $1 and state = 'archived' for update",
    [file],
  );
  return rowCount === 1;
}

export async function markRestored(
  client: pg.PoolClient,
  file: number,
  { at, keptUntil }: { at: Date; keptUntil: Date },
): Promise<void> {
  await client.query(
    "update archive set state = 'restored', restored_at = $2, kept_until = $3 where archive_key = $1",
    [file, at, keptUntil],
  );
}

/** Thrown to undo a removal. */
export class RowsChangedError extends Error {
  override readonly name = "RowsChangedError";
}
