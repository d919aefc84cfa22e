import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { ArchiveDay, RemoveOutcome } from "../archive-store.js";
import { eventDigest, settledAt, tableOf } from "./archive-event-rows.js";
import {
  dayMs,
  lockVerified,
  markArchived,
  RowsChangedError,
  slowly,
  takeTime,
  type VerifiedFileRow,
} from "./archive-rows.js";
import { defaultPartition, isLockTimeout, partitionLock } from "./partitions.js";
import { lockPastWriters } from "./past-events.js";
import { inTransaction } from "./transaction.js";

// Whoever waits for app_event makes everybody wait who comes after: so never for longer than this, and then a pause.
const lockTimeoutMs = 500;
const pauseMs = 1_000;
const maxAttempts = 5;

/** Rows that stay, of projects that keep theirs for longer or of clocks that were off: so many move house when a partition is dropped. */
const maxMovedRows = 10_000;

/** The start and the daily job make the partitions of so many days: an empty one of those would come back. */
const daysOfPartitions = 32;

export type Removal = { day: ArchiveDay; files: readonly number[]; at: Date; beforeCommit: () => Promise<void> };

/**
 * Drops the day's partition where (nearly) all of its rows are in the files, and moves the others to the default partition; else
 * deletes the files' rows. Nobody writes to a day of the past meanwhile, so that a row is in a file or stays.
 */
export async function removeEvents(pool: pg.Pool, removal: Removal): Promise<RemoveOutcome> {
  if (removal.files.length === 0 && !(await isDroppable(pool, removal))) return "removed";
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    try {
      await inTransaction(pool, (client) => remove(client, removal));
      return "removed";
    } catch (error) {
      if (error instanceof RowsChangedError) return "changed";
      if (!isLockTimeout(error)) throw error;
      await sleep(pauseMs);
    }
  }
  return "busy";
}

async function isDroppable(pool: pg.Pool, { day, at }: Removal): Promise<boolean> {
  if (day === null || Date.parse(day) > at.getTime() - daysOfPartitions * dayMs) return false;
  const { rowCount } = await pool.query(`select from ${tableOf(day)} limit 1`);
  return rowCount === 0;
}

async function remove(client: pg.PoolClient, { day, files, at, beforeCommit }: Removal): Promise<void> {
  await takeTime(client);
  await client.query(`set local lock_timeout = ${lockTimeoutMs}`);
  // The order of all who change partitions; then those who write to days of the past; app_event itself last, and for no longer
  // than it takes to drop a table.
  await client.query("select pg_advisory_xact_lock($1)", [partitionLock]);
  await lockPastWriters(client);
  const verified = await lockVerified(client, files);
  const table = tableOf(day);
  for (const file of verified) await requireSameRows(client, table, file);
  const archived = verified.reduce((sum, file) => sum + file.rows, 0);
  const isDropped = day !== null && (await countRows(client, table)) - archived <= maxMovedRows;
  if (isDropped) await dropPartition(client, table, files);
  else await deleteRows(client, table, files, archived);
  await markArchived(client, files, at);
  await beforeCommit();
}

// The rows of a file, by what its parts say.
const inFile = (files: string): string => `exists (
  select from archive_part as part join project on project.id = part.project_id
  where part.archive_key = any(${files}::integer[]) and project.project_key = event.project_key and ${settledAt} < part.cutoff)`;

async function requireSameRows(
  client: pg.PoolClient,
  table: string,
  { archive_key, rows, digest }: VerifiedFileRow,
): Promise<void> {
  const { rows: found } = await slowly<{ rows: number; digest: string }>(
    client,
    `select count(*) as rows, ${eventDigest}::text as digest from ${table} as event where ${inFile("$1")}`,
    [[archive_key]],
  );
  if (found[0]?.rows !== rows || found[0].digest !== digest) throw new RowsChangedError();
}

async function countRows(client: pg.PoolClient, table: string): Promise<number> {
  const { rows } = await slowly<{ rows: number }>(client, `select count(*) as rows from ${table}`);
  return rows[0]?.rows ?? 0;
}

async function dropPartition(client: pg.PoolClient, table: string, files: readonly number[]): Promise<void> {
  // Writers and readers take app_event before a partition: whoever holds it alone meets nobody in one.
  await client.query("lock table only app_event in access exclusive mode");
  await client.query(`lock table ${defaultPartition} in access exclusive mode`);
  await client.query(`alter table app_event detach partition ${table}`);
  await slowly(
    client,
    `insert into ${defaultPartition} select event.* from ${table} as event where not ${inFile("$1")}`,
    [files],
  );
  await client.query(`drop table ${table}`);
}

async function deleteRows(
  client: pg.PoolClient,
  table: string,
  files: readonly number[],
  expected: number,
): Promise<void> {
  const { rowCount } = await slowly(client, `delete from ${table} as event where ${inFile("$1")}`, [files]);
  // Rows that somebody deleted since they were counted are in a file that must not stay.
  if (rowCount !== expected) throw new RowsChangedError();
}
