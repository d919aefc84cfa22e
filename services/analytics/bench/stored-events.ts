import { setImmediate as nextTurn } from "node:timers/promises";
import pg from "pg";
import { acceptEvent } from "../src/ingestion/accept-event.js";
import { batchDeltas } from "../src/ingestion/batch-deltas.js";
import type { AppEvent, EventBatch } from "../src/stores/event-store.js";
import { createPool } from "../src/stores/postgres/client.js";
import { createEventStore } from "../src/stores/postgres/event-store.js";
import { createPartitions } from "../src/stores/postgres/partitions.js";
import { createSummaryStore } from "../src/stores/postgres/summary-store.js";
import { createSummaries } from "../src/summaries/summaries.js";
import { silentLogger } from "../test/support/silent-logger.js";
import type { Environment, Stores } from "./environment.js";
import { eventsPerBatch, simulateBatch } from "./simulated-devices.js";

const dayMs = 24 * 3_600_000;
const windowHours = 2;
// What a busy flush of the service holds.
const batchesPerAppend = 20;

// One is written while the next is put together.
const appendsAtOnce = 2;

export type StoredProject = { id: string; key: number };

export type StoredEvents = {
  projects: number;
  /** Evenly over so many days before the day they were stored, batches of 100 of one project's each in turn. */
  days: number;
  events: number;
  seed: number;
};

export type StoredDatabase = { stores: Stores; projects: StoredProject[] };

/**
 * A database with these events, stored now unless a kept one has them: through the store code of ingestion, so that rollups, sessions and
 * actors are real; the days that are over summed up as the daily job would have done.
 */
export async function storedDatabase(
  environment: Environment,
  { prefix, ...what }: StoredEvents & { /** Of its projects' ids. */ prefix: string },
  progress: (step: string) => void,
): Promise<StoredDatabase> {
  const name = `${prefix}_${what.events}_of_${what.projects}_seed_${what.seed}`;
  let stores = await environment.database(name);
  const state = await stateOf(stores);
  if (state === "interrupted") {
    await environment.dropDatabase(name);
    stores = await environment.database(name);
  }
  const { databaseUrl: url } = stores;
  const pool = createPool({ url, max: 4, applicationName: "bench", statementTimeoutMs: 0, logger: silentLogger });
  try {
    if (state !== "stored") {
      const ids = Array.from({ length: what.projects }, (_, n) => `${prefix}-${n}`);
      await storeEvents(pool, await createProjects(pool, ids), what, progress);
    }
    await createSummaries(createSummaryStore(pool)).bringUpToDate(new Date());
    await pool.query("vacuum analyze");
    if (state !== "stored") await pool.query("create table bench_stored ()");
    const { rows: projects } = await pool.query<StoredProject>(
      "select id, project_key as key from project where starts_with(id, $1) order by project_key",
      [`${prefix}-`],
    );
    return { stores, projects };
  } finally {
    await pool.end();
  }
}

/** Its mark is made last: what has projects without it was left in the middle, and is stored anew. */
async function stateOf({ databaseUrl }: Stores): Promise<"empty" | "interrupted" | "stored"> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ is_stored: boolean; has_projects: boolean }>(
      "select to_regclass('bench_stored') is not null as is_stored, exists (select from project) as has_projects",
    );
    if (rows[0]?.is_stored === true) return "stored";
    return rows[0]?.has_projects === true ? "interrupted" : "empty";
  } finally {
    await client.end();
  }
}

/** In a time zone that is not UTC. */
async function createProjects(pool: pg.Pool, ids: readonly string[]): Promise<StoredProject[]> {
  const { rows } = await pool.query<StoredProject>(
    `insert into project (id, name, timezone, created_at, named_at)
     select id, id, 'Europe/Berlin', now(), now() from unnest($1::text[]) as id returning id, project_key as key`,
    [ids],
  );
  return rows;
}

async function storeEvents(
  pool: pg.Pool,
  projects: readonly StoredProject[],
  { days, events, seed }: StoredEvents,
  progress: (step: string) => void,
): Promise<void> {
  const now = Date.now();
  const count = Math.ceil(events / eventsPerBatch);
  await createPartitions(pool).ensureFor(Array.from({ length: days + 2 }, (_, n) => now - n * dayMs));
  const store = createEventStore({ pool, deltasOf: batchDeltas, acceptPastMs: (days + 2) * dayMs });
  const spanMs = days * dayMs - windowHours * 3_600_000;
  const appends = new Set<Promise<unknown>>();
  for (let done = 0; done < count; done += batchesPerAppend) {
    const flush: EventBatch[] = [];
    for (let n = done; n < Math.min(done + batchesPerAppend, count); n += 1) {
      const project = projects[n % projects.length];
      if (project === undefined) throw new Error("there are no projects to store events of");
      const end = now - Math.floor((spanMs * (count - 1 - n)) / count);
      const accepted = acceptAll(project.id, seed, n, { end, now, days });
      flush.push({
        projectKey: project.key,
        receivedAt: now,
        received: accepted.length,
        events: accepted,
        rejected: [],
      });
      // Lets an append that is under way take its next step.
      await nextTurn();
    }
    const append = store.append(flush).finally(() => appends.delete(append));
    appends.add(append);
    if (appends.size >= appendsAtOnce) await Promise.race(appends);
    const tenth = Math.floor((10 * (done + batchesPerAppend)) / count);
    if (tenth > Math.floor((10 * done) / count) && tenth < 10) progress(`stored ${tenth * 10} %`);
  }
  await Promise.all(appends);
  await pool.query("vacuum analyze");
}

function acceptAll(
  projectId: string,
  seed: number,
  batch: number,
  { end, now, days }: { end: number; now: number; days: number },
): AppEvent[] {
  return simulateBatch(seed, batch, projectId, end).map((input) => {
    const verdict = acceptEvent(input, {
      projectId,
      receivedAt: now,
      window: { pastMs: (days + 1) * dayMs, aheadMs: dayMs },
      clockOffsetMs: 0,
      isBot: false,
    });
    if (verdict.kind === "rejected") throw new Error(verdict.message);
    return verdict.event;
  });
}
