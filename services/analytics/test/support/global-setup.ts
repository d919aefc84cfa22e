import { chmod, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { createPool } from "../../src/stores/postgres/client.js";
import { startEmbeddedPostgres } from "../../src/stores/postgres/embedded.js";
import { migrate } from "../../src/stores/postgres/migrate.js";
import { startRedis } from "./redis.js";
import { silentLogger } from "./silent-logger.js";

declare module "vitest" {
  interface ProvidedContext {
    /** The maintenance database of the run's own PostgreSQL. */
    postgresUrl: string;
    /** A migrated database nobody connects to: every test file clones it. */
    templateDatabase: string;
    /** The run's own Redis; each worker has the database of its number. */
    redisUrl: string;
  }
}

/** One PostgreSQL and one Redis for the run, on free ports and empty folders; never a server that happens to be there. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "mobigen-analytics-test-"));
  const undo: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const teardown = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const postgres = await startPostgres(folder);
    undo.push(postgres.stop);
    const redis = await startRedis();
    undo.push(redis.stop);
    project.provide("postgresUrl", postgres.url);
    project.provide("templateDatabase", "mobigen");
    project.provide("redisUrl", redis.url);
    return teardown;
  } catch (error) {
    await teardown();
    throw error;
  }
}

async function startPostgres(folder: string) {
  // mkdtemp closes the folder to everybody else; run as root, PostgreSQL is somebody else.
  await chmod(folder, 0o755);
  const override = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "200" };
  const postgres = await startEmbeddedPostgres({ dataDir: folder, logger: silentLogger, override });
  const pool = createPool({ url: postgres.url, max: 1, applicationName: "test-migrate", logger: silentLogger });
  await migrate(pool, { logger: silentLogger });
  await pool.end();
  const maintenance = new URL(postgres.url);
  maintenance.pathname = "/postgres";
  return { url: maintenance.toString(), stop: postgres.stop };
}
