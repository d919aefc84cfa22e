import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPool, DatabaseUnavailableError } from "../../src/stores/postgres/client.js";
import { MigrationMismatchError, migrate } from "../../src/stores/postgres/migrate.js";
import { createTestDatabase, type TestDatabase } from "../support/postgres.js";
import { silentLogger } from "../support/silent-logger.js";

let database: TestDatabase;
let folder: string;

beforeEach(async () => {
  database = await createTestDatabase({ template: false });
  folder = await mkdtemp(path.join(os.tmpdir(), "migrations-"));
  await writeMigration("1_one", "create table one (id int);");
  await writeMigration("2_two", "create table two (id int); insert into two values (1);");
});

afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

async function writeMigration(name: string, sql: string) {
  await mkdir(path.join(folder, name), { recursive: true });
  await writeFile(path.join(folder, name, "migration.sql"), sql);
}

const run = () => migrate(database.pool, { logger: silentLogger, folder });

describe("migrate", () => {
  it("applies what is missing, in the order of the names, and nothing twice", async () => {
    expect(await run()).toEqual({ applied: ["1_one", "2_two"] });
    await writeMigration("3_three", "insert into two values (3);");
    expect(await run()).toEqual({ applied: ["3_three"] });
    expect(await run()).toEqual({ applied: [] });
    const { rows } = await database.pool.query("select id from two order by id");
    expect(rows).toEqual([{ id: 1 }, { id: 3 }]);
  });

  it("leaves the rows that Prisma would", async () => {
    await run();
    const { rows } = await database.pool.query("select * from _prisma_migrations order by migration_name");
    const file = await readFile(path.join(folder, "1_one", "migration.sql"));
    expect(rows[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      checksum: createHash("sha256").update(file).digest("hex"),
      migration_name: "1_one",
      started_at: expect.any(Date),
      finished_at: expect.any(Date),
      logs: null,
      rolled_back_at: null,
      applied_steps_count: 1,
    });
  });

  it("lets one replica migrate while the others wait", async () => {
    const results = await Promise.all([run(), run(), run()]);
    expect(results.flatMap((result) => result.applied).sort()).toEqual(["1_one", "2_two"]);
  });

  it("undoes a migration that fails and keeps those before it", async () => {
    await writeMigration("3_three", "create table three (id int); select 1 / 0;");
    await expect(run()).rejects.toThrow('migration "3_three" failed and was rolled back');
    const { rows } = await database.pool.query("select to_regclass('two') as two, to_regclass('three') as three");
    expect(rows).toEqual([{ two: "two", three: null }]);
    await writeMigration("3_three", "create table three (id int);");
    expect(await run()).toEqual({ applied: ["3_three"] });
  });

  it("refuses a migration that was changed after it was applied", async () => {
    await run();
    await writeMigration("1_one", "create table other (id int);");
    await expect(run()).rejects.toThrow(MigrationMismatchError);
    await expect(run()).rejects.toThrow('Migration "1_one" was changed');
  });

  it("refuses a database that a newer version has migrated", async () => {
    await run();
    await rm(path.join(folder, "2_two"), { recursive: true });
    await expect(run()).rejects.toThrow('has migration "2_two", which this version does not know');
  });

  it("refuses to go on after a migration that Prisma left half-way", async () => {
    await run();
    await database.pool.query("update _prisma_migrations set finished_at = null where migration_name = '2_two'");
    await expect(run()).rejects.toThrow('Migration "2_two" once failed half-way');
  });

  it("says where the database was looked for, without the password, when it is away", async () => {
    const url = "postgresql://someone:secret@127.0.0.1:1/shop";
    const pool = createPool({ url, max: 1, applicationName: "test", logger: silentLogger });
    const error = await migrate(pool, { logger: silentLogger, folder }).catch((caught: unknown) => caught);
    await pool.end();
    expect(error).toBeInstanceOf(DatabaseUnavailableError);
    expect((error as DatabaseUnavailableError).publicMessage).toBe(
      'PostgreSQL is not reachable at 127.0.0.1:1 (database "shop"): start it, or correct DATABASE_URL.',
    );
  });

  it("tells a missing database from an unreachable server", async () => {
    const url = new URL(database.url);
    url.pathname = "/nowhere";
    const pool = createPool({ url: url.toString(), max: 1, applicationName: "test", logger: silentLogger });
    await expect(migrate(pool, { logger: silentLogger, folder })).rejects.toThrow('has no database "nowhere"');
    await pool.end();
  });
});
