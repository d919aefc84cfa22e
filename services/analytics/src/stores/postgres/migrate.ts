import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import type { Logger } from "pino";
import { connect, patiently } from "./client.js";

// The same folder seen from src/stores/postgres and from dist/stores/postgres.
const defaultFolder = fileURLToPath(new URL("../../../prisma/migrations", import.meta.url));

// The key that Prisma's own `migrate deploy` locks: the two never run at once.
const migrationLock = 72_707_369;

// A replica waits this long for the one that migrates; the longest migration has to fit.
const lockWaitMs = 10 * 60_000;
const lockGraceMs = 10_000;

export type MigrateOptions = { logger: Pick<Logger, "info">; folder?: string };

/** The code and the database disagree about what was migrated; the message says what and how to go on. */
export class MigrationMismatchError extends Error {
  override readonly name = "MigrationMismatchError";
  readonly publicMessage: string;

  constructor(publicMessage: string) {
    super(publicMessage);
    this.publicMessage = publicMessage;
  }
}

type Migration = { name: string; sql: string; checksum: string };
type AppliedRow = { migration_name: string; checksum: string; finished: boolean };

/**
 * Applies prisma/migrations in the order of their names, each in one transaction with its `_prisma_migrations` row as Prisma writes
 * it, so that `prisma migrate deploy` agrees. Replicas wait for each other (up to 10 minutes). Nothing is applied when they disagree.
 * @throws DatabaseUnavailableError, MigrationMismatchError, or the error of a migration, which is then rolled back.
 */
export async function migrate(
  pool: pg.Pool,
  { logger, folder = defaultFolder }: MigrateOptions,
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(folder);
  const client = await connect(pool);
  try {
    await lock(client);
    const known = await readApplied(client);
    const pending = pendingMigrations(migrations, known);
    for (const migration of pending) {
      const started = performance.now();
      await apply(client, migration);
      logger.info({ migration: migration.name, ms: Math.round(performance.now() - started) }, "migration applied");
    }
    return { applied: pending.map((migration) => migration.name) };
  } finally {
    // Closing the connection gives the lock back, whatever state a failed migration left the session in.
    client.release(true);
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const file = await readFile(`${folder}/${name}/migration.sql`);
      return { name, sql: file.toString("utf8"), checksum: createHash("sha256").update(file).digest("hex") };
    }),
  );
}

async function lock(client: pg.PoolClient): Promise<void> {
  await client.query(`set statement_timeout = 0; set lock_timeout = ${lockWaitMs}`);
  await client.query(patiently(lockWaitMs + lockGraceMs, "select pg_advisory_lock($1)", [migrationLock]));
  await client.query("set lock_timeout = 0");
}

async function readApplied(client: pg.PoolClient): Promise<AppliedRow[]> {
  await client.query(`
    create table if not exists _prisma_migrations (
      id                  varchar(36) primary key not null,
      checksum            varchar(64) not null,
      finished_at         timestamptz,
      migration_name      varchar(255) not null,
      logs                text,
      rolled_back_at      timestamptz,
      started_at          timestamptz not null default now(),
      applied_steps_count integer not null default 0
    )`);
  const { rows } = await client.query<AppliedRow>(`
    select migration_name, checksum, finished_at is not null as finished
    from _prisma_migrations where rolled_back_at is null order by migration_name`);
  return rows;
}

function pendingMigrations(migrations: Migration[], applied: AppliedRow[]): Migration[] {
  const inCode = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of applied) {
    const migration = inCode.get(row.migration_name);
    if (migration === undefined) {
      throw new MigrationMismatchError(
        `The database has migration "${row.migration_name}", which this version does not know: run a newer version, or another database.`,
      );
    }
    if (!row.finished) {
      throw new MigrationMismatchError(
        `Migration "${row.migration_name}" once failed half-way: mend the database, then mark it with "prisma migrate resolve".`,
      );
    }
    if (row.checksum !== migration.checksum) {
      throw new MigrationMismatchError(
        `Migration "${row.migration_name}" was changed after it was applied: restore its file, and write a new migration instead.`,
      );
    }
  }
  const done = new Set(applied.map((row) => row.migration_name));
  return migrations.filter((migration) => !done.has(migration.name));
}

async function apply(client: pg.PoolClient, { name, sql, checksum }: Migration): Promise<void> {
  await client.query("begin");
  try {
    await client.query(patiently(lockWaitMs, sql));
    await client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       values ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query("commit");
  } catch (error) {
    // Without an answer to it too: the connection is given up, and with it the transaction.
    await client.query("rollback").catch(() => undefined);
    throw new Error(`migration "${name}" failed and was rolled back`, { cause: error });
  }
}
