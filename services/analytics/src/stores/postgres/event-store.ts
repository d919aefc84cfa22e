import pg from "pg";
import type { BatchTally, EventBatch, EventDeltas, EventRow, EventStore } from "../event-store.js";
import { createDeviceProfiles, createEventNames } from "./dictionaries.js";
import { applyDeltas } from "./event-deltas.js";
import { copyRows, findNewRows, insertNewRows } from "./event-rows.js";
import { type FlushRow, flushRows } from "./flush-rows.js";
import { withoutArchived } from "./past-events.js";
import { inTransaction } from "./transaction.js";

export type EventStoreOptions = {
  pool: pg.Pool;
  /** What a flush changes elsewhere: the domain's arithmetic (batch-deltas.ts). */
  deltasOf: (rows: readonly EventRow[], tallies: readonly BatchTally[]) => EventDeltas;
  /** How far back events are accepted, in milliseconds (default: 30 days): whatever a client says is older may be of an archived day. */
  acceptPastMs?: number;
  /** The end of what was archived when the process began (ms): before that, `acceptPastMs` may have been less. */
  archivedTo?: number;
};

const defaultAcceptPastMs = 30 * 24 * 3_600_000;

// An event waits in a flush for seconds at most, and replicas' clocks differ by less.
const slackMs = 3_600_000;

export function createEventStore(options: EventStoreOptions): EventStore {
  const { pool, deltasOf, acceptPastMs = defaultAcceptPastMs, archivedTo = 0 } = options;
  const dictionaries = { names: createEventNames(pool), devices: createDeviceProfiles(pool) };

  function isPast({ event: { occurredAt, receivedAt } }: EventRow): boolean {
    return occurredAt < Math.max(receivedAt - acceptPastMs + slackMs, archivedTo);
  }

  // Retries come in waves: where the last flush had some, this one looks before it copies.
  let expectsRetries = false;

  /** Answers the rows that were new. */
  async function store(flush: Flush): Promise<readonly FlushRow[]> {
    // Of a flush of refused events alone the ledger is all that there is.
    if (flush.rows.length === 0) return (await tryCopy(flush, [])) ?? [];
    const stored = (!expectsRetries && (await tryCopy(flush, flush.rows))) || (await storeAmongRetries(flush));
    expectsRetries = stored.length < flush.rows.length;
    return stored;
  }

  async function storeAmongRetries(flush: Flush): Promise<readonly FlushRow[]> {
    const fresh = await findNewRows(pool, flush.rows);
    return (
      (await tryCopy(flush, fresh)) ??
      // Somebody stores the same events at this very moment: row by row, waiting for them.
      inTransaction(pool, async (client) => {
        const stored = await insertNewRows(client, await withoutArchived(client, fresh, isPast));
        await applyDeltas(client, deltasOf(stored, talliesOf(flush.batches, stored)));
        return stored;
      })
    );
  }

  /** The rows, all stored but those that were archived; null where one of them was stored already, and so nothing is. */
  async function tryCopy({ batches }: Flush, wanted: readonly FlushRow[]): Promise<readonly FlushRow[] | null> {
    try {
      return await inTransaction(pool, async (client) => {
        const rows = await withoutArchived(client, wanted, isPast);
        if (rows.length > 0) await copyRows(client, rows);
        await applyDeltas(client, deltasOf(rows, talliesOf(batches, rows)));
        return rows;
      });
    } catch (error) {
      if (isStoredAlready(error)) return null;
      throw error;
    }
  }

  return {
    append: async (batches) => {
      if (batches.every((batch) => batch.received === 0)) return batches.map(() => ({ duplicates: 0 }));
      const rows = await flushRows(batches, dictionaries);
      const stored = await store({ batches, rows });
      return talliesOf(batches, stored).map(({ batch, stored }) => ({ duplicates: batch.events.length - stored }));
    },
  };
}

/** Batches that are written together, and their events as rows, each identity once. */
type Flush = { batches: readonly EventBatch[]; rows: readonly FlushRow[] };

function talliesOf(batches: readonly EventBatch[], stored: readonly FlushRow[]): BatchTally[] {
  const storedOf = batches.map(() => 0);
  for (const { batch } of stored) storedOf[batch] = (storedOf[batch] ?? 0) + 1;
  return batches.map((batch, n) => ({ batch, stored: storedOf[n] ?? 0 }));
}

function isStoredAlready(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === "23505" && error.table?.startsWith("app_event_") === true;
}
