import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { patiently } from "./client.js";
import { inTransaction } from "./transaction.js";

const dayMs = 24 * 3_600_000;

/** What `ensureAround` keeps ready: the acceptance window's 30 days and 24 hours, a day of slack, and a week of head start. */
const daysBehind = 31;
const daysAhead = 8;

/** Where rows are whose day has no partition: those of clocks that are years off. Made by the migration. */
export const defaultPartition = "app_event_default";

export type Partitions = {
  /**
   * Makes the missing partitions from 31 days before to 8 days after `now`. For the start and the daily job. False where
   * somebody reads the table for so long that there is no getting in: the next call makes up for it, and until then events of
   * those days are stored in the default partition.
   */
  ensureAround(now: Date): Promise<boolean>;
  /**
   * The same for the UTC days that hold `times` (ms): for data of other days that is filled in on purpose. Costs nothing for
   * days seen before.
   */
  ensureFor(times: Iterable<number>): Promise<boolean>;
};

export function createPartitions(pool: pg.Pool): Partitions {
  const known = new Set<number>();

  async function ensureDays(days: Iterable<number>): Promise<boolean> {
    const missing = [...new Set(days)].filter((day) => !known.has(day)).sort((a, b) => a - b);
    for (let start = 0; start < missing.length; start += maxDaysAtOnce) {
      const some = missing.slice(start, start + maxDaysAtOnce);
      if (!(await tryCreateMissing(pool, some))) return false;
      for (const day of some) known.add(day);
    }
    return true;
  }

  return {
    ensureAround: (now) => {
      const today = dayOf(now.getTime());
      return ensureDays(Array.from({ length: daysBehind + daysAhead + 1 }, (_, n) => today - daysBehind + n));
    },
    ensureFor: (times) => ensureDays(daysOf(times)),
  };
}

function dayOf(at: number): number {
  return Math.floor(at / dayMs);
}

function daysOf(times: Iterable<number>): Set<number> {
  const days = new Set<number>();
  for (const at of times) days.add(dayOf(at));
  return days;
}

/** Each takes half a dozen locks, of the 6,400 that PostgreSQL has room for unless it is told otherwise. */
const maxDaysAtOnce = 100;

// Whoever waits for the table makes everybody wait who comes after: so never for longer than this, and then a pause.
const lockTimeoutMs = 1_000;
const pauseMs = 300;
const maxAttempts = 5;

async function tryCreateMissing(pool: pg.Pool, days: readonly number[]): Promise<boolean> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    try {
      await inTransaction(pool, (client) => createMissing(client, days));
      return true;
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      await sleep(pauseMs);
    }
  }
  return false;
}

/** Replicas that make the same partition at once wait for each other here, and the second finds it made. */
export const partitionLock = 5_263_470;

async function createMissing(client: pg.PoolClient, days: readonly number[]): Promise<void> {
  await client.query(`set local lock_timeout = ${lockTimeoutMs}`);
  await client.query("select pg_advisory_xact_lock($1)", [partitionLock]);
  const existing = await readPartitions(client);
  const missing = days.filter((day) => !existing.has(partitionName(day)));
  if (missing.length === 0) return;
  // Made apart and attached, so that rows of the default partition can move there first.
  for (const day of missing)
    await client.query(`create table if not exists ${partitionName(day)} (like app_event including all)`);
  await lockTable(client);
  const inDefault = await readDaysInDefault(client);
  for (const day of missing) {
    if (inDefault.has(partitionName(day))) await moveRows(client, day);
    await client.query(
      `alter table app_event attach partition ${partitionName(day)} for values from ('${instantOf(day)}') to ('${instantOf(day + 1)}')`,
    );
  }
}

/** Names of the partitions that app_event has. */
export async function readPartitions(client: pg.Pool | pg.PoolClient): Promise<Set<string>> {
  const { rows } = await client.query<{ relname: string }>(
    `select partition.relname from pg_inherits
     join pg_class as partition on partition.oid = pg_inherits.inhrelid
     where pg_inherits.inhparent = 'app_event'::regclass`,
  );
  return new Set(rows.map((row) => row.relname));
}

// Attaching itself would let others read and write the table, and that loses rows: a backend that gathers the table's partitions
// for the first time takes a few milliseconds, and where the attaching commits meanwhile, it keeps the list without the new one
// (seen on PostgreSQL 18.4: the invalidation comes before there is anything to invalidate). From then on it routes the day's rows
// to the default partition, past the check that should refuse them there, where no retry finds them: stored twice. Who has the
// table locked has nobody gathering. Taken before the first row is touched, for to come from a row's lock to the table's would
// dead-lock with a writer who has the table and wants that row.
async function lockTable(client: pg.PoolClient): Promise<void> {
  await client.query("lock table only app_event in access exclusive mode");
  await client.query(`lock table ${defaultPartition} in access exclusive mode`);
}

/** Names of the partitions that the default partition has rows of. */
async function readDaysInDefault(client: pg.PoolClient): Promise<Set<string>> {
  const { rows } = await client.query<{ day: number }>(
    `select distinct floor(extract(epoch from occurred_at) / 86400)::integer as day from ${defaultPartition}`,
  );
  return new Set(rows.map((row) => partitionName(row.day)));
}

const moveTimeoutMs = 10 * 60_000;

/** In one statement, so that no row is ever in both or in neither. Of a day that was never made ahead it may be millions. */
async function moveRows(client: pg.PoolClient, day: number): Promise<void> {
  await client.query("set local statement_timeout = 0");
  await client.query(
    patiently(
      moveTimeoutMs,
      `with moved as (delete from ${defaultPartition} where occurred_at >= $1 and occurred_at < $2 returning *)
       insert into ${partitionName(day)} select * from moved`,
      [instantOf(day), instantOf(day + 1)],
    ),
  );
}

/** The partition of app_event for a UTC day (counted from the epoch): `app_event_20260131`. */
export function partitionName(day: number): string {
  return `app_event_${instantOf(day).slice(0, 10).replaceAll("-", "")}`;
}

function instantOf(day: number): string {
  return new Date(day * dayMs).toISOString();
}

export function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "55P03";
}
