import type pg from "pg";
import { expect } from "vitest";
import { batchDeltas } from "../../src/ingestion/batch-deltas.js";
import type { EventStore } from "../../src/stores/event-store.js";
import { createPool } from "../../src/stores/postgres/client.js";
import { createEventStore } from "../../src/stores/postgres/event-store.js";
import { createPartitions } from "../../src/stores/postgres/partitions.js";
import { createVerifyStore } from "../../src/stores/postgres/verify-store.js";
import { createTestDatabase, type TestDatabase } from "./postgres.js";
import { silentLogger } from "./silent-logger.js";

/** Everything that an append writes, beside the dictionaries. */
export const eventTables = [
  "app_event",
  "session",
  "actor",
  "actor_day",
  "corrected_day",
  "project_rollup",
  "ingestion_ledger",
  "ingestion_rejection",
] as const;

export type EventDatabase = {
  database: TestDatabase;
  pool: pg.Pool;
  store: EventStore;
  /** Keys of the projects p1, p2 and p3. */
  projectKeys: readonly number[];
  /** A store with a pool of its own, as another replica has. */
  addReplica(): EventStore;
  /** Deletes what was appended; dictionaries and projects stay. */
  empty(): Promise<void>;
  count(table: string): Promise<number>;
  expectNoDifferences(): Promise<void>;
  drop(): Promise<void>;
};

/** A database with three projects, and with a partition of its own for 2026-01-03 alone. */
export async function createEventDatabase(): Promise<EventDatabase> {
  const database = await createTestDatabase();
  const { pool } = database;
  const replicas: pg.Pool[] = [];
  const { rows } = await pool.query<{ project_key: number }>(
    `insert into project (id, name, created_at, named_at)
     select id, id, now(), now() from unnest(array['p1', 'p2', 'p3']) as id returning project_key`,
  );
  await createPartitions(pool).ensureFor([Date.parse("2026-01-03T00:00:00Z")]);

  return {
    database,
    pool,
    store: createEventStore({ pool, deltasOf: batchDeltas }),
    projectKeys: rows.map((row) => row.project_key),
    addReplica() {
      const name = `replica-${replicas.length + 1}`;
      const replica = createPool({ url: database.url, max: 5, applicationName: name, logger: silentLogger });
      replicas.push(replica);
      return createEventStore({ pool: replica, deltasOf: batchDeltas });
    },
    async empty() {
      await pool.query(`truncate ${eventTables.join(", ")}`);
    },
    async count(table) {
      const { rows } = await pool.query<{ count: number }>(`select count(*) from ${table}`);
      return rows[0]?.count ?? 0;
    },
    async expectNoDifferences() {
      const checks = await createVerifyStore(pool).recount(5);
      expect(checks.filter((check) => check.differences > 0)).toEqual([]);
    },
    async drop() {
      await Promise.all(replicas.map((replica) => replica.end()));
      await database.drop();
    },
  };
}

/** How many dead-locks PostgreSQL has broken in this database so far. */
export async function countDeadlocks(pool: pg.Pool): Promise<number> {
  await pool.query("select pg_stat_force_next_flush()");
  const { rows } = await pool.query<{ deadlocks: number }>(
    "select deadlocks from pg_stat_database where datname = current_database()",
  );
  return rows[0]?.deadlocks ?? 0;
}
