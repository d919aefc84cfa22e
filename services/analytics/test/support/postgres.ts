import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { createPool, createPrisma, type PrismaClient } from "../../src/stores/postgres/client.js";
import { silentLogger } from "./silent-logger.js";

export type TestDatabase = { url: string; pool: pg.Pool; prisma: PrismaClient; drop: () => Promise<void> };

/** A migrated, empty database for one test file, cloned from the run's template. `drop` it in afterAll. */
export async function createTestDatabase({ template = true } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await maintain(`create database ${name}${template ? ` template ${inject("templateDatabase")}` : ""}`);
  const location = new URL(inject("postgresUrl"));
  location.pathname = `/${name}`;
  const url = location.toString();
  const pool = createPool({ url, max: 10, applicationName: name, logger: silentLogger });
  const prisma = createPrisma(pool);
  return {
    url,
    pool,
    prisma,
    drop: async () => {
      await prisma.$disconnect();
      await pool.end();
      await maintain(`drop database if exists ${name} with (force)`);
    },
  };
}

// Cloning needs the template for itself: clones that meet wait for each other here.
const cloneLock = 5_263_471;

async function maintain(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject("postgresUrl") });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [cloneLock]);
    await client.query(statement);
  } finally {
    await client.end();
  }
}
