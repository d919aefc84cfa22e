import type pg from "pg";
import type { AppEvent, BatchOutcome, EventBatch, EventDeltas, EventRow, EventStore } from "../event-store.js";
import {
  createDeviceProfiles,
  createEventNames,
  type Dictionary,
  deviceIdentity,
  type EventName,
  nameIdentity,
} from "./dictionaries.js";
import { applyDeltas } from "./event-deltas.js";
import { copyRows, findNewRows, insertNewRows } from "./event-rows.js";
import type { Partitions } from "./partitions.js";
import { inTransaction } from "./transaction.js";

export type EventStoreOptions = {
  pool: pg.Pool;
  partitions: Partitions;
  /** What stored rows change elsewhere: the domain's arithmetic (batch-deltas.ts). */
  deltasOf: (rows: readonly EventRow[]) => EventDeltas;
};

export function createEventStore({ pool, partitions, deltasOf }: EventStoreOptions): EventStore {
  const names = createEventNames(pool);
  const devices = createDeviceProfiles(pool);

  // Retries come in waves: where the last flush had some, this one looks before it copies.
  let expectsRetries = false;

  /** Answers the rows that were new. */
  async function store(rows: readonly Row[]): Promise<readonly Row[]> {
    await partitions.ensureFor(timesOf(rows));
    const stored = (!expectsRetries && (await tryCopy(rows))) || (await storeAmongRetries(rows));
    expectsRetries = stored.length < rows.length;
    return stored;
  }

  async function storeAmongRetries(rows: readonly Row[]): Promise<readonly Row[]> {
    const fresh = await findNewRows(pool, rows);
    if (fresh.length === 0) return [];
    return (
      (await tryCopy(fresh)) ??
      // Somebody stores the same events at this very moment: row by row, waiting for them.
      inTransaction(pool, async (client) => {
        const stored = await insertNewRows(client, fresh);
        if (stored.length > 0) await applyDeltas(client, deltasOf(stored));
        return stored;
      })
    );
  }

  /** The rows, all stored; null where one of them was stored already, and so nothing is. */
  async function tryCopy(rows: readonly Row[]): Promise<readonly Row[] | null> {
    try {
      await inTransaction(pool, async (client) => {
        await copyRows(client, rows);
        await applyDeltas(client, deltasOf(rows));
      });
      return rows;
    } catch (error) {
      if (isStoredAlready(error)) return null;
      throw error;
    }
  }

  return {
    append: async (batches) => {
      const rows = await withKeys(dropRepeats(entriesOf(batches)), names, devices);
      if (rows.length === 0) return batches.map(() => ({ duplicates: 0 }));
      const stored = await withPartitions(partitions, () => store(rows));
      return outcomesOf(batches, stored);
    },
  };
}

/** An event and the number of the batch that it came with. */
type Entry = { batch: number; projectKey: number; event: AppEvent };
type Row = EventRow & { batch: number };

/** All events sorted by identity, the order of the primary key; of equal ones the earlier batch's first. */
function entriesOf(batches: readonly EventBatch[]): Entry[] {
  const entries = batches.flatMap(({ projectKey, events }, batch) =>
    events.map((event) => ({ batch, projectKey, event })),
  );
  return entries.sort(
    (a, b) =>
      a.projectKey - b.projectKey ||
      a.event.occurredAt - b.event.occurredAt ||
      (a.event.eventId < b.event.eventId ? -1 : a.event.eventId > b.event.eventId ? 1 : 0),
  );
}

function dropRepeats(entries: readonly Entry[]): Entry[] {
  return entries.filter((entry, n) => {
    const before = entries[n - 1];
    return before === undefined || !isSame(before, entry);
  });
}

function isSame(a: Entry, b: Entry): boolean {
  return (
    a.projectKey === b.projectKey && a.event.occurredAt === b.event.occurredAt && a.event.eventId === b.event.eventId
  );
}

async function withKeys(
  entries: readonly Entry[],
  names: Dictionary<EventName>,
  devices: Dictionary<AppEvent["device"]>,
): Promise<Row[]> {
  const nameIds = entries.map(({ projectKey, event }) => nameIdentity(projectKey, event.type, event.name));
  const deviceIds = entries.map(({ event }) => deviceIdentity(event.device));
  const wantedNames = new Map<string, EventName>();
  const wantedDevices = new Map<string, AppEvent["device"]>();
  for (const [n, { projectKey, event }] of entries.entries()) {
    wantedNames.set(nameIds[n] as string, { projectKey, type: event.type, name: event.name });
    wantedDevices.set(deviceIds[n] as string, event.device);
  }
  const nameKeys = await names.keysOf(wantedNames);
  const deviceKeys = await devices.keysOf(wantedDevices);
  return entries.map(({ batch, projectKey, event }, n) => ({
    batch,
    projectKey,
    nameKey: nameKeys.get(nameIds[n] as string) as number,
    deviceKey: deviceKeys.get(deviceIds[n] as string) as number,
    event,
  }));
}

function* timesOf(rows: readonly EventRow[]): Generator<number> {
  for (const { event } of rows) yield event.occurredAt;
}

function outcomesOf(batches: readonly EventBatch[], stored: readonly Row[]): BatchOutcome[] {
  const storedOf = batches.map(() => 0);
  for (const { batch } of stored) storedOf[batch] = (storedOf[batch] ?? 0) + 1;
  return batches.map(({ events }, batch) => ({ duplicates: events.length - (storedOf[batch] ?? 0) }));
}

/** Tries once more when a partition that was there is gone (archived by another replica). */
async function withPartitions<Result>(partitions: Partitions, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isMissingPartition(error)) throw error;
    partitions.forget();
    return work();
  }
}

function isStoredAlready(error: unknown): boolean {
  return sqlStateOf(error) === "23505" && (error as pg.DatabaseError).table?.startsWith("app_event_") === true;
}

function isMissingPartition(error: unknown): boolean {
  return sqlStateOf(error) === "23514" && (error as pg.DatabaseError).table === "app_event";
}

function sqlStateOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
