import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { ActiveDay } from "../actor-store.js";
import type { ErasureRequest, ErasureRow, ErasureStore } from "../erasure-store.js";
import { readActiveDays } from "./actor-days.js";
import { writeAudit } from "./audit-rows.js";
import { countErased, createErasedEvents, deleteEvents } from "./erased-events.js";
import { isLockTimeout } from "./partitions.js";
import { sharePast } from "./past-events.js";
import { bePatient, patientQuery } from "./patient-query.js";
import { lockCounted, takeOutOfCounts, takeOutOfSessions } from "./taken-out.js";
import { inTransaction, query } from "./transaction.js";

export type ErasureStoreOptions = {
  /** How long to wait for a lock, in milliseconds (default 2,000): whoever waits for that of flushes makes all of them wait. */
  lockTimeoutMs?: number;
  /** How long a statement may take while flushes wait, in milliseconds (default 30,000). */
  holdTimeoutMs?: number;
};

export function createErasureStore(pool: pg.Pool, options: ErasureStoreOptions = {}): ErasureStore {
  const bounds = { lockTimeoutMs: 2_000, holdTimeoutMs: 30_000, ...options };
  return {
    erase: (request) => eraseActor(pool, request, bounds),
    // Served by actor_erasure_project.
    list: (projectKey, { before, limit }) =>
      query<ErasureRow>(
        pool,
        `select ${shown} from actor_erasure where project_key = $1 and ($2::bigint is null or erasure_key < $2)
         order by erasure_key desc limit $3`,
        [projectKey, before, limit],
      ),
    noteExport: (audit) => inTransaction(pool, async (client) => void (await writeAudit(client, audit))),
  };
}

const shown = `erasure_key as "erasureKey", id, erased_at as "erasedAt", requested_by as "requestedBy",
  encode(actor_hash, 'hex') as "actorHash", events, sessions, shared_sessions as "sharedSessions", active_days as "activeDays",
  first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt", archived_days as "archivedDays"`;

// After a lock that was not to be had.
const pauseMs = 500;
const maxAttempts = 5;

async function eraseActor(
  pool: pg.Pool,
  request: ErasureRequest,
  bounds: Required<ErasureStoreOptions>,
): Promise<ErasureRow | "busy" | null> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    try {
      return await inTransaction(pool, (client) => erase(client, request, bounds));
    } catch (error) {
      if (isStatementTimeout(error)) return "busy";
      if (!isLockTimeout(error)) throw error;
      await sleep(pauseMs);
    }
  }
  return "busy";
}

function isStatementTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "57014";
}

/** What takes long, the search for the events, is done before flushes have to wait. */
async function erase(
  client: pg.PoolClient,
  request: ErasureRequest,
  { lockTimeoutMs, holdTimeoutMs }: Required<ErasureStoreOptions>,
): Promise<ErasureRow | null> {
  const { projectKey, actorKey } = request;
  await bePatient(client);
  await client.query(`set local lock_timeout = ${lockTimeoutMs}`);
  await sharePast(client);
  const archivedFiles = await lockFiles(client, projectKey);
  await client.query("lock table only app_event in row exclusive mode");
  const before = await readActor(client, request);
  if (before === null) return null;
  await createErasedEvents(client);
  await deleteEvents(client, { projectKey, actorKey, days: before.days });
  await lockCounted(client);
  await client.query(`set local statement_timeout = ${holdTimeoutMs}`);
  const actor = await readActor(client, request);
  if (actor === null) return null;
  // A flush came between that stored more.
  if (actor.version !== before.version) await deleteEvents(client, { projectKey, actorKey, days: actor.days });
  const sessions = await takeOutOfSessions(client, projectKey, actorKey);
  const days = await deleteActor(client, request);
  await takeOutOfCounts(client, projectKey, sessions, days);
  await writeAudit(client, request.audit);
  return writeReceipt(client, request, {
    events: await countErased(client),
    sessions: sessions.gone,
    sharedSessions: sessions.shared,
    activeDays: days.length,
    ...actor,
    archivedDays: archivedFiles.filter(({ day }) => day === null || days.includes(day)),
  });
}

type ArchivedDay = ErasureRow["archivedDays"][number];

// Files that hold rows of the project. Locked, so that none is put back meanwhile: a restore leaves out who is erased by then.
async function lockFiles(client: pg.PoolClient, projectKey: number): Promise<ArchivedDay[]> {
  return patientQuery<ArchivedDay>(
    client,
    `select day, path as location from archive
     where kind = 'app_event' and state in ('archived', 'restored') and archive_key in (
       select archive_key from archive_part join project on project.id = project_id where project_key = $1)
     order by archive_key for share`,
    [projectKey],
  );
}

type KnownActor = { version: string; firstSeenAt: Date; lastSeenAt: Date; days: ActiveDay[] };

// Every flush with an event of an actor writes the actor's row anew: another xmin.
async function readActor(client: pg.PoolClient, { projectKey, actorKey }: ErasureRequest): Promise<KnownActor | null> {
  const { rows } = await client.query<Omit<KnownActor, "days">>(
    `select xmin::text as version, first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt"
     from actor where project_key = $1 and actor_id = $2`,
    [projectKey, actorKey],
  );
  const [actor] = rows;
  if (actor === undefined) return null;
  const seen = { firstSeenAt: actor.firstSeenAt.getTime(), lastSeenAt: actor.lastSeenAt.getTime() };
  return { ...actor, days: await readActiveDays(client, projectKey, { actorKey, ...seen }) };
}

/** Answers the UTC days on which they were active. */
async function deleteActor(client: pg.PoolClient, { projectKey, actorKey }: ErasureRequest): Promise<string[]> {
  const rows = await patientQuery<{ day: string }>(
    client,
    `with known as (
       delete from actor where project_key = $1 and actor_id = $2 returning first_seen_at, last_seen_at
     ), days as (
       select at::date as day from known cross join generate_series(date_trunc('day', first_seen_at), last_seen_at, '1 day') as at
     )
     delete from actor_day using days
     where project_key = $1 and actor_day.day = days.day and actor_id = $2 returning actor_day.day`,
    [projectKey, actorKey],
  );
  return rows.map(({ day }) => day);
}

type Receipt = Pick<
  ErasureRow,
  "events" | "sessions" | "sharedSessions" | "activeDays" | "firstSeenAt" | "lastSeenAt" | "archivedDays"
>;

async function writeReceipt(client: pg.PoolClient, request: ErasureRequest, receipt: Receipt): Promise<ErasureRow> {
  const { rows } = await client.query<ErasureRow>(
    `insert into actor_erasure (id, project_key, erased_at, requested_by, actor_hash, events, sessions, shared_sessions,
       active_days, first_seen_at, last_seen_at, archived_days)
     values ($1, $2, $3, $4, decode($5, 'hex'), $6, $7, $8, $9, $10, $11, $12) returning ${shown}`,
    [
      ...[request.id, request.projectKey, request.at, request.requestedBy, request.actorHash],
      ...[receipt.events, receipt.sessions, receipt.sharedSessions, receipt.activeDays],
      ...[receipt.firstSeenAt, receipt.lastSeenAt, JSON.stringify(receipt.archivedDays)],
    ],
  );
  if (rows[0] === undefined) throw new Error("an insert answers its row");
  return rows[0];
}
