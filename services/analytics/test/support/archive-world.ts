import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { type ArchiverDeps, createArchiver } from "../../src/archive/archiver.js";
import { restoreFiles } from "../../src/archive/restore.js";
import { type Price, priceCall } from "../../src/pricing.js";
import type { ArchiveFiles } from "../../src/stores/archive-files.js";
import { createDiskFiles } from "../../src/stores/disk/archive-files.js";
import { createArchiveStore } from "../../src/stores/postgres/archive-store.js";
import { createPartitions } from "../../src/stores/postgres/partitions.js";
import { createUsageStore } from "../../src/stores/postgres/usage-store.js";
import { appEvent, eventBatch } from "./app-events.js";
import { archiveRules } from "./archive-rules.js";
import { createEventDatabase } from "./event-database.js";
import { FakeClock } from "./fake-clock.js";
import { seedPrices, usageRecord } from "./usage.js";

/** Past the retention of 90 days of everything that `fill` writes, and inside the 400 days of project p3. */
export const later = "2026-05-01T03:00:00Z";

export const dayOne = "2026-01-03";
export const dayTwo = "2026-01-04";

export type ArchiveWorld = Awaited<ReturnType<typeof createArchiveWorld>>;

/** A database with events and calls of two days in January 2026, a folder for the files, and all that archives and restores. */
export async function createArchiveWorld() {
  const db = await createEventDatabase();
  const folder = await mkdtemp(path.join(os.tmpdir(), "archive-test-"));
  const clock = new FakeClock(later);
  const store = createArchiveStore(db.pool, archiveRules);
  const files = createDiskFiles(folder);
  const prices = await seedPrices(db.pool);
  const model = "claude-3-haiku-20240307";
  const price = known(prices.priceOf({ provider: null, model, serviceTier: null, at: Date.parse(dayOne) }));
  const usage = createUsageStore(db.pool);
  await db.pool.query("update project set retention_days = 400 where id = 'p3'");

  function records() {
    return Array.from({ length: 40 }, (_, n) => {
      const tokens = { inputTokens: 17 + n, outputTokens: 3 * n, cacheReadTokens: n % 9, cacheWriteTokens: 0 };
      const costs = priceCall({ ...tokens, cacheWrite1hTokens: 0 }, price);
      return usageRecord({
        ...tokens,
        requestId: `call-${n}`,
        occurredAt: Date.parse(n % 2 === 0 ? dayOne : dayTwo) + n * 60_000,
        receivedAt: Date.parse(dayTwo),
        userId: `user-${n % 3}`,
        projectId: [null, "p1", "p3", "unregistered"][n % 4] ?? null,
        tags: n % 5 === 0 ? ["a", 'b"c', ""] : null,
        feature: n % 7 === 0 ? "chat" : null,
        durationMs: n % 6 === 0 ? n : null,
        // Every eighth has no price yet, and stays.
        receipt:
          n % 8 === 7
            ? null
            : { priceId: price.priceId, priceProvider: price.provider, ...costs, estimated: n % 9 !== 0 },
      });
    });
  }

  return {
    ...{ db, pool: db.pool, folder, clock, store, files, usage, records },
    batches: () => batchesOf(db.projectKeys),
    async fill() {
      await createPartitions(db.pool).ensureFor([Date.parse(dayOne), Date.parse(dayTwo)]);
      await db.store.append(batchesOf(db.projectKeys));
      await usage.append(records());
    },
    archiver: (more: Partial<ArchiverDeps> = {}) => createArchiver({ store, files, clock: clock.now, ...more }),
    async restoreAll(given: ArchiveFiles = files) {
      return restoreFiles({ store, files: given, clock: clock.now }, await store.list({ state: ["archived"] }), 7);
    },
    /** Every stored row, and all that counts them: what archiving and restoring must bring back as it was. */
    async rows() {
      return { events: await tableOf("app_event"), calls: await tableOf("usage_record") };
    },
    async counts() {
      const tables = ["session", "actor", "actor_day", "project_rollup", "ingestion_ledger", "usage_rollup"];
      return Promise.all([...tables, "usage_tag_rollup"].map(tableOf));
    },
    async filesOnDisk() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    },
    async stop() {
      await db.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };

  async function tableOf(table: string): Promise<{ rows: number; hash: string }> {
    const { rows } = await db.pool.query<{ row: string }>(`select kept::text as row from ${table} as kept order by 1`);
    const hash = createHash("sha256");
    for (const { row } of rows) hash.update(`${row}\n`);
    return { rows: rows.length, hash: hash.digest("hex") };
  }
}

function known(price: Price | undefined): Price {
  if (price === undefined) throw new Error("the brief's model has no price");
  return price;
}

function batchesOf(projectKeys: readonly number[]) {
  return projectKeys.map((projectKey, project) =>
    eventBatch(
      projectKey,
      Array.from({ length: 30 }, (_, n) => eventOf(project, n)),
    ),
  );
}

function eventOf(project: number, n: number) {
  const at = Date.parse(n % 2 === 0 ? dayOne : dayTwo) + n * 600_000 + 123;
  return appEvent({
    eventId: n % 3 === 0 ? `event ${n} of ${project}` : `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`,
    at,
    sessionId: `session-${n % 4}`,
    actor: n % 5 === 0 ? undefined : `actor-${n % 6}`,
    name: `Screen ${n % 3}`,
    country: n % 2 === 0 ? "DE" : null,
    isBot: n % 9 === 0,
    properties: n % 4 === 0 ? null : JSON.stringify({ screenName: `Ä "${n}"`, deep: { list: [1, null, 2.5] } }),
    // Clocks that were off: one stuck at the epoch, one ahead by two years.
    ...(n === 7 ? { occurredAt: 5_000, correctedAt: at } : {}),
    ...(n === 11 ? { occurredAt: at + 730 * 86_400_000, correctedAt: at } : {}),
  });
}
