import type pg from "pg";
import { acceptEvent } from "../src/ingestion/accept-event.js";
import { batchDeltas } from "../src/ingestion/batch-deltas.js";
import type { AppEvent } from "../src/stores/event-store.js";
import { createEventStore } from "../src/stores/postgres/event-store.js";
import { createPartitions } from "../src/stores/postgres/partitions.js";
import { eventsPerBatch, simulateBatch } from "./simulated-devices.js";

const dayMs = 24 * 3_600_000;
const windowHours = 2;
// What a busy flush of the service holds.
const batchesPerAppend = 20;

export type StoredEvents = { projectId: string; days: number; events: number; seed: number };

/**
 * Stores a project's events, evenly over the days before now, through the store code of ingestion: rollups, sessions and actors are
 * real. The statistics are those that autovacuum would have left. Answers the project's key.
 */
export async function storeEvents(
  pool: pg.Pool,
  { projectId, days, events, seed }: StoredEvents,
  progress: (step: string) => void,
): Promise<number> {
  const now = Date.now();
  const { rows } = await pool.query<{ project_key: number }>(
    "insert into project (id, name, timezone, created_at, named_at) values ($1, $1, 'Europe/Berlin', now(), now()) returning project_key",
    [projectId],
  );
  const projectKey = rows[0]?.project_key ?? 0;
  await createPartitions(pool).ensureFor(Array.from({ length: days + 2 }, (_, n) => now - n * dayMs));
  const store = createEventStore({ pool, deltasOf: batchDeltas });
  const batches = Math.ceil(events / eventsPerBatch);
  const spanMs = days * dayMs - windowHours * 3_600_000;
  for (let first = 0; first < batches; first += batchesPerAppend) {
    const accepted: AppEvent[] = [];
    for (let batch = first; batch < Math.min(first + batchesPerAppend, batches); batch += 1) {
      const end = now - Math.floor((spanMs * (batches - 1 - batch)) / batches);
      accepted.push(...acceptAll(projectId, seed, batch, { end, now, days }));
    }
    const received = accepted.length;
    await store.append([{ projectKey, receivedAt: now, received, events: accepted, rejected: [] }]);
    const tenth = Math.floor((10 * (first + batchesPerAppend)) / batches);
    if (tenth > Math.floor((10 * first) / batches) && tenth < 10) progress(`stored ${tenth * 10} %`);
  }
  await pool.query("vacuum analyze");
  return projectKey;
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
