import type pg from "pg";
import { acceptEvent } from "../src/ingestion/accept-event.js";
import { batchDeltas } from "../src/ingestion/batch-deltas.js";
import type { AppEvent, EventBatch } from "../src/stores/event-store.js";
import { createEventStore } from "../src/stores/postgres/event-store.js";
import { createPartitions } from "../src/stores/postgres/partitions.js";
import { simulateBatch } from "./simulated-devices.js";

const dayMs = 24 * 3_600_000;
const windowHours = 2;
// What a busy flush of the service holds.
const batchesPerAppend = 20;

export type StoredProject = { id: string; key: number };

export type StoredEvents = {
  projects: readonly StoredProject[];
  days: number;
  /** Batches of 100 events, one project's each in turn: those from `first` on, of `count` in all that fill the days. */
  batches: { first: number; count: number };
  seed: number;
};

/** Registers projects in a time zone that is not UTC. */
export async function createStoredProjects(pool: pg.Pool, ids: readonly string[]): Promise<StoredProject[]> {
  const { rows } = await pool.query<StoredProject>(
    `insert into project (id, name, timezone, created_at, named_at)
     select id, id, 'Europe/Berlin', now(), now() from unnest($1::text[]) as id returning id, project_key as key`,
    [ids],
  );
  return rows;
}

/**
 * Stores events evenly over the days before now, through the store code of ingestion: rollups, sessions and actors are real. The
 * statistics are those that autovacuum would have left.
 */
export async function storeEvents(
  pool: pg.Pool,
  { projects, days, batches, seed }: StoredEvents,
  progress: (step: string) => void,
): Promise<void> {
  const now = Date.now();
  await createPartitions(pool).ensureFor(Array.from({ length: days + 2 }, (_, n) => now - n * dayMs));
  const store = createEventStore({ pool, deltasOf: batchDeltas, acceptPastMs: (days + 2) * dayMs });
  const spanMs = days * dayMs - windowHours * 3_600_000;
  for (let done = 0; done < batches.count; done += batchesPerAppend) {
    const flush: EventBatch[] = [];
    for (let n = done; n < Math.min(done + batchesPerAppend, batches.count); n += 1) {
      const project = projects[n % projects.length];
      if (project === undefined) throw new Error("there are no projects to store events of");
      const end = now - Math.floor((spanMs * (batches.count - 1 - n)) / batches.count);
      const events = acceptAll(project.id, seed, batches.first + n, { end, now, days });
      flush.push({ projectKey: project.key, receivedAt: now, received: events.length, events, rejected: [] });
    }
    await store.append(flush);
    const tenth = Math.floor((10 * (done + batchesPerAppend)) / batches.count);
    if (tenth > Math.floor((10 * done) / batches.count) && tenth < 10) progress(`stored ${tenth * 10} %`);
  }
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
