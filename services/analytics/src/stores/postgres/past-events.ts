import type pg from "pg";
import type { EventRow } from "../event-store.js";
import { hashIdentity, utcDay } from "./event-identity.js";

// Shared by flushes with an event of a day that may be archived, alone for whoever takes such a day out of the database.
const pastLock = 5_263_473;

/** Waits for the flushes under way that write to days of the past, and keeps others from it till the transaction ends. */
export async function lockPastWriters(client: pg.PoolClient): Promise<void> {
  await client.query("select pg_advisory_xact_lock($1)", [pastLock]);
}

/** Keeps whoever takes days of the past out of the database from it till the transaction ends. */
export async function sharePast(client: pg.PoolClient): Promise<void> {
  await client.query("select pg_advisory_xact_lock_shared($1)", [pastLock]);
}

/**
 * The rows that are in no archived file. Only a clock that was off, or a batch sent again just as it was, says that it is of a day
 * long past (`isPast`): all other flushes cost nothing here. Such a day can't be archived till the transaction ends.
 */
export async function withoutArchived<Row extends EventRow>(
  client: pg.PoolClient,
  rows: readonly Row[],
  isPast: (row: Row) => boolean,
): Promise<readonly Row[]> {
  const past = rows.filter(isPast);
  if (past.length === 0) return rows;
  await sharePast(client);
  const archived = await findArchived(client, past);
  return archived.size === 0 ? rows : rows.filter((row) => !archived.has(row));
}

// One look into the primary key for each row, and one into the few identities between its bounds.
async function findArchived<Row extends EventRow>(client: pg.PoolClient, rows: readonly Row[]): Promise<Set<Row>> {
  const { rows: found } = await client.query<{ n: number }>(
    `select sent.n
     from unnest($1::integer[], $2::date[], $3::bytea[]) with ordinality as sent (project_key, day, identity, n)
     where exists (
       select from archived_event as archived
       where archived.project_key = sent.project_key and archived.day = sent.day
         and archived.first_identity <= sent.identity and archived.last_identity >= sent.identity
         and position(sent.identity in archived.identities) > 0)`,
    [
      rows.map((row) => row.projectKey),
      rows.map((row) => utcDay(row.event.occurredAt)),
      rows.map((row) => hashIdentity(row.event.occurredAt, row.event.eventId)),
    ],
  );
  return new Set(found.flatMap(({ n }) => rows[n - 1] ?? []));
}
