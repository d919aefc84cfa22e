import type { Config } from "../config.js";
import type { Logger } from "../logger.js";
import type { HealListener } from "../stores/counter-store.js";
import { createMemoryCacheStore } from "../stores/memory/cache-store.js";
import { createMemoryCounterStore } from "../stores/memory/counter-store.js";
import { createMemoryRateLimitStore } from "../stores/memory/rate-limit-store.js";
import { createPool, createPrisma } from "../stores/postgres/client.js";
import { startEmbeddedPostgres } from "../stores/postgres/embedded.js";
import { findRunningPostgres } from "../stores/postgres/embedded-running.js";
import { watchForHangs } from "../stores/postgres/hang-watch.js";
import { migrate } from "../stores/postgres/migrate.js";
import { createRedisCacheStore } from "../stores/redis/cache-store.js";
import { createRedisConnection } from "../stores/redis/connection.js";
import { counterScripts, createRedisCounterStore } from "../stores/redis/counter-store.js";
import { createRedisRateLimitStore, rateLimitScripts } from "../stores/redis/rate-limit-store.js";
import { waitForDatabase } from "./wait-for-database.js";
import { within } from "./within.js";

const closeGraceMs = 1_000;

export type DatabaseOptions = {
  config: Config;
  logger: Logger;
  /** Joins the embedded PostgreSQL of a service that runs on the same folder, as a command does; a service never shares one. */
  join: boolean;
};

/** The configured PostgreSQL, or an embedded one, migrated. @throws errors with a `publicMessage` */
export async function openDatabase({ config, logger, join }: DatabaseOptions) {
  const { url, stop } = await locateDatabase({ config, logger, join });
  const pool = createPool({ url, max: config.databaseConnections, applicationName: "mobigen-analytics", logger });
  const hangs = watchForHangs(pool, url, logger);
  const prisma = createPrisma(pool);
  const close = async () => {
    hangs.stop();
    await prisma.$disconnect();
    await within(closeGraceMs, pool.end());
    await stop();
  };
  try {
    // A person at a command line is told at once.
    const waitMs = join ? 0 : config.databaseWaitSeconds * 1_000;
    const { applied } = await waitForDatabase(() => migrate(pool, { logger }), { waitMs, logger });
    return { pool, prisma, applied, isHung: hangs.isHung, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function locateDatabase({ config, logger, join }: DatabaseOptions) {
  const leaveAlone = async () => undefined;
  if (config.databaseUrl !== null) return { url: config.databaseUrl, stop: leaveAlone };
  const running = join ? await findRunningPostgres(config.dataDir) : null;
  if (running !== null) return { url: running, stop: leaveAlone };
  return startEmbeddedPostgres({ dataDir: config.dataDir, logger });
}

/** Redis where there is one, else its twins in this process. `heal` is called when the counters need the truth put back. */
export function openCache(config: Config, logger: Logger, heal: HealListener) {
  if (config.redisUrl === null) {
    return {
      counters: createMemoryCounterStore(),
      cache: createMemoryCacheStore(),
      limits: createMemoryRateLimitStore(),
      isUp: () => true,
      connect: async () => true,
      close: async () => undefined,
    };
  }
  const scripts = { ...counterScripts, ...rateLimitScripts };
  const connection = createRedisConnection({ url: config.redisUrl, logger, scripts });
  connection.onUp(heal);
  return {
    counters: createRedisCounterStore(connection, heal),
    cache: createRedisCacheStore(connection),
    limits: createRedisRateLimitStore(connection),
    isUp: connection.isUp,
    connect: connection.connect,
    close: connection.close,
  };
}
