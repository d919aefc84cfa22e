import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { acceptEvent } from "../../src/ingestion/accept-event.js";
import type { EventRow } from "../../src/stores/event-store.js";
import { copyColumns, encodeRows } from "../../src/stores/postgres/copy-encoder.js";
import { simulateBatch } from "../simulated-devices.js";
import { encodeTextRows } from "./copy-text.js";

const dayMs = 24 * 3_600_000;
const table = "app_event_bound";

/** Plain COPY writes text; the binary format is what the service uses, and faster. */
export type CopyFormat = "text" | "binary";

/**
 * Events a second that COPY writes over two connections into a table like app_event (same columns, same primary key, same
 * daily partitions), from events that are parsed and checked already: what PostgreSQL and the encoding cost without all else.
 */
export async function copyBound(
  databaseUrl: string,
  { seed, batches, projects, format }: { seed: number; batches: number; projects: number; format: CopyFormat },
): Promise<number> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  try {
    await createTable(pool);
    const halves = [rowsOf(seed, batches, projects, 0), rowsOf(seed, batches, projects, 1)];
    const rows = halves.reduce((sum, half) => sum + half.length, 0);
    const start = performance.now();
    await Promise.all(halves.map((half) => copy(pool, half, format)));
    const seconds = (performance.now() - start) / 1_000;
    await pool.query(`drop table ${table}`);
    return rows / seconds;
  } finally {
    await pool.end();
  }
}

async function createTable(pool: pg.Pool): Promise<void> {
  await pool.query(`drop table if exists ${table}`);
  await pool.query(`create table ${table} (like app_event including all) partition by range (occurred_at)`);
  const today = Math.floor(Date.now() / dayMs) * dayMs;
  for (const day of [today - dayMs, today, today + dayMs]) {
    const bounds = `from ('${new Date(day).toISOString()}') to ('${new Date(day + dayMs).toISOString()}')`;
    await pool.query(`create table ${table}_${day / dayMs} partition of ${table} for values ${bounds}`);
  }
}

function rowsOf(seed: number, batches: number, projects: number, half: number): EventRow[] {
  const rows: EventRow[] = [];
  const now = Date.now();
  for (let batch = half; batch < batches; batch += 2) {
    const projectKey = batch % projects;
    const projectId = `project-${projectKey}`;
    for (const input of simulateBatch(seed, batch, projectId, now)) {
      const verdict = acceptEvent(input, {
        projectId,
        receivedAt: now,
        window: { pastMs: dayMs, aheadMs: dayMs },
        clockOffsetMs: 0,
        isBot: false,
      });
      if (verdict.kind === "rejected") throw new Error(verdict.message);
      rows.push({ projectKey, nameKey: rows.length % 15, deviceKey: rows.length % 16, event: verdict.event });
    }
  }
  return rows;
}

async function copy(pool: pg.Pool, rows: readonly EventRow[], format: CopyFormat): Promise<void> {
  const client = await pool.connect();
  try {
    const stream = client.query(copyFrom(`copy ${table} (${copyColumns}) from stdin (format ${format})`));
    await pipeline(Readable.from(format === "binary" ? encodeRows(rows) : encodeTextRows(rows)), stream);
  } finally {
    client.release();
  }
}
