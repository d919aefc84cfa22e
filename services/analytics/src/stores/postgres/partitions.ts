import type pg from "pg";
import { inTransaction } from "./transaction.js";

const dayMs = 24 * 3_600_000;

/** What `ensureAround` keeps ready: the acceptance window's 30 days and 24 hours, a day of slack, and a week of head start. */
const daysBehind = 31;
const daysAhead = 8;

export type Partitions = {
  /** Makes the missing partitions from 31 days before to 8 days after `now`. For the start and the daily job. */
  ensureAround(now: Date): Promise<void>;
  /** Makes the missing partitions of the UTC days that hold `times` (ms). Costs nothing for days seen before. */
  ensureFor(times: Iterable<number>): Promise<void>;
  /** Looks again next time: for when a partition turns out to be gone. */
  forget(): void;
};

/** The partition of app_event that holds a time (ms): `app_event_20260131`. */
function partitionName(at: number): string {
  return `app_event_${new Date(at).toISOString().slice(0, 10).replaceAll("-", "")}`;
}

export function createPartitions(pool: pg.Pool): Partitions {
  const known = new Set<number>();

  async function ensureDays(days: Iterable<number>): Promise<void> {
    const missing = [...new Set(days)].filter((day) => !known.has(day)).sort((a, b) => a - b);
    if (missing.length === 0) return;
    await inTransaction(pool, (client) => createMissing(client, missing));
    for (const day of missing) known.add(day);
  }

  return {
    ensureAround: (now) => {
      const today = dayOf(now.getTime());
      return ensureDays(Array.from({ length: daysBehind + daysAhead + 1 }, (_, n) => today - daysBehind + n));
    },
    ensureFor: (times) => ensureDays(daysOf(times)),
    forget: () => known.clear(),
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

/** Replicas that make the same partition at once wait for each other here, and the second finds it made. */
const partitionLock = 5_263_470;

async function createMissing(client: pg.PoolClient, days: readonly number[]): Promise<void> {
  await client.query("select pg_advisory_xact_lock($1)", [partitionLock]);
  const { rows } = await client.query<{ relname: string }>(
    `select partition.relname from pg_inherits
     join pg_class as partition on partition.oid = pg_inherits.inhrelid
     where pg_inherits.inhparent = 'app_event'::regclass`,
  );
  const existing = new Set(rows.map((row) => row.relname));
  for (const day of days) {
    const name = partitionName(day * dayMs);
    if (existing.has(name)) continue;
    // Made apart and attached: `create table … partition of` would lock app_event against every reader and writer.
    await client.query(`create table if not exists ${name} (like app_event including all)`);
    await client.query(
      `alter table app_event attach partition ${name}
       for values from ('${instantOf(day)}') to ('${instantOf(day + 1)}')`,
    );
  }
}

function instantOf(day: number): string {
  return new Date(day * dayMs).toISOString();
}
