import type pg from "pg";
import { toInstant } from "../../types.js";
import type { ActiveDay } from "../actor-store.js";
import { type EventRow, effectiveTime } from "../event-store.js";
import { activeSpans } from "./actor-days.js";
import { patientQuery } from "./patient-query.js";

/** What the transaction took out of app_event, as far as anything counts it: see taken-out.ts. It falls with the transaction. */
export async function createErasedEvents(client: pg.PoolClient): Promise<void> {
  await client.query(
    `create temporary table erased_event (
       project_key integer not null, at timestamptz(3) not null, received_at timestamptz(3) not null, name_key integer not null,
       session_id uuid not null
     ) on commit drop`,
  );
}

export type ErasedActor = { projectKey: number; actorKey: string; days: readonly ActiveDay[] };

const dayMs = 24 * 3_600_000;

/**
 * Moves the events of an actor to erased_event. There is no index of actors, so each of their days is looked through in the quarters
 * of an hour in which they were active, by the primary key; and once all that has a corrected time between their first and last day.
 */
export async function deleteEvents(client: pg.PoolClient, { projectKey, actorKey, days }: ErasedActor): Promise<void> {
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return;
  for (const day of days) {
    const spans = activeSpans([day]);
    await patientQuery(
      client,
      moved(
        `using unnest($3::timestamptz[], $4::timestamptz[]) as span (from_at, to_at)`,
        // The day itself, for the planner: one partition.
        `corrected_at is null and occurred_at >= $5::timestamptz and occurred_at < $6::timestamptz
         and occurred_at >= span.from_at and occurred_at < span.to_at`,
      ),
      [
        ...[projectKey, actorKey],
        spans.map(({ from }) => toInstant(from)),
        spans.map(({ to }) => toInstant(to)),
        ...[toInstant(day.day), toInstant(day.day + dayMs)],
      ],
    );
  }
  await patientQuery(client, moved("", "corrected_at >= $3::timestamptz and corrected_at < $4::timestamptz"), [
    ...[projectKey, actorKey, toInstant(first.day), toInstant(last.day + dayMs)],
  ]);
}

function moved(using: string, where: string): string {
  return `with gone as (
      delete from app_event ${using} where project_key = $1 and actor_id = $2 and ${where}
      returning project_key, coalesce(corrected_at, occurred_at) as at, received_at, name_key, session_id
    )
    insert into erased_event (project_key, at, received_at, name_key, session_id) select * from gone`;
}

/** Adds events whose rows are in no table: those of a file. */
export async function addErasedEvents(client: pg.PoolClient, rows: readonly EventRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into erased_event (project_key, at, received_at, name_key, session_id)
     select * from unnest($1::integer[], $2::timestamptz[], $3::timestamptz[], $4::integer[], $5::uuid[])`,
    [
      rows.map((row) => row.projectKey),
      rows.map((row) => toInstant(effectiveTime(row.event))),
      rows.map((row) => toInstant(row.event.receivedAt)),
      rows.map((row) => row.nameKey),
      rows.map((row) => row.event.sessionId),
    ],
  );
}

export async function countErased(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ events: number }>("select count(*) as events from erased_event");
  return rows[0]?.events ?? 0;
}
