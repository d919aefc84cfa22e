import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { toInstant } from "../../types.js";
import type { EventRow } from "../event-store.js";
import { copyColumns, encodeRows } from "./copy-encoder.js";
import { noteCorrectedDays } from "./corrected-days.js";
import { query } from "./transaction.js";

/**
 * Writes rows that are thought to be new straight into their partitions: twice as fast as an insert. Throws 23505 when one is
 * stored already; the transaction is lost then.
 */
export async function copyRows(client: pg.PoolClient, rows: readonly EventRow[]): Promise<void> {
  const stream = client.query(copyFrom(`copy app_event (${copyColumns}) from stdin (format binary)`));
  await pipeline(Readable.from(encodeRows(rows)), stream);
  await noteCorrectedDays(client, rows);
}

/** The rows that no committed event is identical to. `lateral` keeps it to one look into the primary key for each row. */
export async function findNewRows<Row extends EventRow>(pool: pg.Pool, rows: readonly Row[]): Promise<Row[]> {
  const found = await query<{ n: number }>(
    pool,
    `select sent.n
     from unnest($1::integer[], $2::timestamptz[], $3::uuid[]) with ordinality as sent (project_key, occurred_at, event_id, n)
     cross join lateral (
       select from app_event
       where app_event.project_key = sent.project_key and app_event.occurred_at = sent.occurred_at
         and app_event.event_id = sent.event_id
       limit 1
     ) as stored`,
    [
      rows.map((row) => row.projectKey),
      rows.map((row) => toInstant(row.event.occurredAt)),
      rows.map((row) => row.event.eventId),
    ],
  );
  const known = new Set(found.map(({ n }) => n));
  return rows.filter((_, n) => !known.has(n + 1));
}

/**
 * Writes the rows that are not stored yet and answers those, in their order. A row that another transaction is storing just
 * now is waited for. The primary key (project_key, occurred_at, event_id) is the identity.
 */
export async function insertNewRows<Row extends EventRow>(client: pg.PoolClient, rows: readonly Row[]): Promise<Row[]> {
  await noteCorrectedDays(client, rows);
  const events = rows.map((row) => row.event);
  const { rows: inserted } = await client.query<{ project_key: number; occurred_at: Date; event_id: string }>(
    `insert into app_event (${copyColumns})
     select * from unnest($1::timestamptz[], $2::timestamptz[], $3::timestamptz[], $4::integer[], $5::integer[], $6::integer[],
       $7::boolean[], $8::boolean[], $9::uuid[], $10::uuid[], $11::uuid[], $12::text[], $13::text[], $14::jsonb[])
     on conflict (project_key, occurred_at, event_id) do nothing
     returning project_key, occurred_at, event_id`,
    [
      events.map((event) => toInstant(event.occurredAt)),
      events.map((event) => toInstant(event.receivedAt)),
      events.map((event) => (event.correctedAt === null ? null : toInstant(event.correctedAt))),
      rows.map((row) => row.projectKey),
      rows.map((row) => row.nameKey),
      rows.map((row) => row.deviceKey),
      events.map((event) => event.isBot),
      events.map((event) => event.actor?.kind === "user"),
      events.map((event) => event.eventId),
      events.map((event) => event.sessionId),
      events.map((event) => event.actor?.id ?? null),
      events.map((event) => event.country),
      events.map((event) => event.eventIdText),
      events.map((event) => event.properties),
    ],
  );
  const stored = new Set(inserted.map((row) => `${row.project_key}/${row.occurred_at.getTime()}/${row.event_id}`));
  return rows.filter(({ projectKey, event }) => stored.has(`${projectKey}/${event.occurredAt}/${event.eventId}`));
}
