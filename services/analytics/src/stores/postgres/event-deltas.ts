import type pg from "pg";
import { bucketOf, toInstant } from "../../types.js";
import type {
  ActorDayDelta,
  ActorDelta,
  EventDeltas,
  LedgerDelta,
  ProjectRollupDelta,
  RejectionDelta,
  SessionDelta,
} from "../event-store.js";
import { prepared } from "./client.js";
import { isClosed } from "./late-changes.js";

/**
 * Brings everything that counts events in step with a flush, in the transaction of its rows. Tables in one order, keys sorted
 * within each: two writers wait for each other one way round only. Rollups come last, for they are the rows that writers share.
 */
export async function applyDeltas(client: pg.PoolClient, deltas: EventDeltas): Promise<void> {
  const starts = deltas.sessions.length > 0 ? await applySessions(client, deltas.sessions) : [];
  if (deltas.actors.length > 0) await applyActors(client, deltas.actors, deltas.actorDays);
  await applyCounts(client, deltas, addSessionStarts(deltas.projectRollups, starts));
}

/** A session that begins in a bucket, or, with -1, turns out not to. */
type SessionStart = { projectKey: number; bucket: number; sessions: number };

async function applySessions(client: pg.PoolClient, sessions: readonly SessionDelta[]): Promise<SessionStart[]> {
  const eventsOf = await upsertSessions(client, sessions);
  const early = sessions.filter((session) => !eventsOf.has(keyOf(session)));
  const moved = early.length === 0 ? [] : await moveSessions(client, early);
  // A session that was there before has more events than what it was given just now.
  const isNew = (session: SessionDelta): boolean => eventsOf.get(keyOf(session)) === session.events;
  const begun = sessions.filter(isNew).map(({ projectKey, startedAt }) => startIn(projectKey, startedAt, 1));
  return [...begun, ...moved];
}

const sessionArrays = `$1::integer[], $2::uuid[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::integer[], $7::uuid[],
  $8::timestamptz[], $9::integer[], $10::integer[]`;
const sessionColumns =
  "project_key, session_id, session_id_text, started_at, last_event_at, device_key, actor_id, actor_at, events, screens";

function sessionValues(sessions: readonly SessionDelta[]): unknown[] {
  return [
    sessions.map((session) => session.projectKey),
    sessions.map((session) => session.sessionId),
    sessions.map((session) => session.sessionIdText),
    sessions.map((session) => toInstant(session.startedAt)),
    sessions.map((session) => toInstant(session.lastEventAt)),
    sessions.map((session) => session.deviceKey),
    sessions.map((session) => session.actorId),
    sessions.map((session) => (session.actorAt === null ? null : toInstant(session.actorAt))),
    sessions.map((session) => session.events),
    sessions.map((session) => session.screens),
  ];
}

// How a session takes in what came: the same whether or not its start moves, and whatever came first. greatest() passes over nulls.
function additions(sent: string): string {
  return `last_event_at = greatest(session.last_event_at, ${sent}.last_event_at),
    actor_id = case
      when session.actor_at is null or ${sent}.actor_at > session.actor_at then ${sent}.actor_id
      when ${sent}.actor_at = session.actor_at then least(session.actor_id, ${sent}.actor_id)
      else session.actor_id end,
    actor_at = greatest(session.actor_at, ${sent}.actor_at),
    events = session.events + ${sent}.events,
    screens = session.screens + ${sent}.screens`;
}

const upsertStatement = prepared(
  "upsert_sessions",
  `insert into session (${sessionColumns})
   select * from unnest(${sessionArrays})
   on conflict (project_key, session_id) do update set
     -- Of events at the same earliest moment the smaller device counts, so that their order of arrival does not matter.
     device_key = case
       when excluded.started_at = session.started_at then least(session.device_key, excluded.device_key)
       else session.device_key end,
     ${additions("excluded")}
   where excluded.started_at >= session.started_at
   returning project_key, session_id, events`,
);

// Answers, by key, how many events each session has now. Those whose start would move are left as they are, left out of the
// answer, and locked: `on conflict do update` locks a row before it looks at `where`. Served by the primary key.
async function upsertSessions(client: pg.PoolClient, sessions: readonly SessionDelta[]): Promise<Map<string, number>> {
  const { rows } = await client.query<{ project_key: number; session_id: string; events: number }>(
    upsertStatement(sessionValues(sessions)),
  );
  return new Map(rows.map((row) => [sessionKey(row.project_key, row.session_id), row.events]));
}

// Late events: a session began earlier than was known. Answers the buckets it leaves and enters.
async function moveSessions(client: pg.PoolClient, sessions: readonly SessionDelta[]): Promise<SessionStart[]> {
  const { rows } = await client.query<{ project_key: number; session_id: string; started_at: Date }>(
    `select session.project_key, session.session_id, session.started_at
     from unnest($1::integer[], $2::uuid[]) as sent (project_key, session_id) join session using (project_key, session_id)`,
    sessionValues(sessions).slice(0, 2),
  );
  const oldStarts = new Map(rows.map((row) => [sessionKey(row.project_key, row.session_id), row.started_at.getTime()]));
  await client.query(
    `update session set started_at = sent.started_at, device_key = sent.device_key, ${additions("sent")}
     from unnest(${sessionArrays}) as sent (${sessionColumns})
     where session.project_key = sent.project_key and session.session_id = sent.session_id`,
    sessionValues(sessions),
  );
  return sessions.flatMap((session) => {
    const { projectKey, startedAt } = session;
    const oldStart = oldStarts.get(keyOf(session));
    if (oldStart === undefined) throw new Error("a session is gone while it was locked");
    if (bucketOf(startedAt) === bucketOf(oldStart)) return [];
    return [startIn(projectKey, oldStart, -1), startIn(projectKey, startedAt, 1)];
  });
}

function keyOf(session: SessionDelta): string {
  return sessionKey(session.projectKey, session.sessionId);
}

function sessionKey(projectKey: number, sessionId: string): string {
  return `${projectKey}/${sessionId}`;
}

function startIn(projectKey: number, startedAt: number, sessions: number): SessionStart {
  return { projectKey, bucket: bucketOf(startedAt), sessions };
}

const actorsStatement = prepared(
  "upsert_actors",
  `with seen as (
     insert into actor (project_key, actor_id, kind, id_text, first_seen_at, last_seen_at)
     select * from unnest($1::integer[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[])
     on conflict (project_key, actor_id) do update set
       -- An id that was ever a user's is a user's: 'user' sorts after 'anonymous'.
       kind = greatest(actor.kind, excluded.kind),
       first_seen_at = least(actor.first_seen_at, excluded.first_seen_at),
       last_seen_at = greatest(actor.last_seen_at, excluded.last_seen_at)
   )
   insert into actor_day (project_key, day, actor_id, buckets)
   select sent.project_key, sent.day, sent.actor_id, sent.buckets
   from unnest($7::integer[], $8::date[], $9::uuid[], $10::bit(96)[]) as sent (project_key, day, actor_id, buckets)
   left join actor_day as known using (project_key, day, actor_id)
   -- Most actors did something in this quarter of an hour before: a look is cheaper than a lock.
   where known.buckets is null or known.buckets | sent.buckets <> known.buckets
   order by sent.project_key, sent.day, sent.actor_id
   on conflict (project_key, day, actor_id) do update set buckets = actor_day.buckets | excluded.buckets`,
);

async function applyActors(
  client: pg.PoolClient,
  actors: readonly ActorDelta[],
  days: readonly ActorDayDelta[],
): Promise<void> {
  await client.query(
    actorsStatement([
      actors.map((actor) => actor.projectKey),
      actors.map((actor) => actor.actorId),
      actors.map((actor) => actor.kind),
      actors.map((actor) => actor.idText),
      actors.map((actor) => toInstant(actor.firstSeenAt)),
      actors.map((actor) => toInstant(actor.lastSeenAt)),
      days.map((day) => day.projectKey),
      days.map((day) => day.day),
      days.map((day) => day.actorId),
      days.map((day) => day.buckets),
    ]),
  );
}

type ProjectChange = ProjectRollupDelta & { sessions: number };

function addSessionStarts(rollups: readonly ProjectRollupDelta[], starts: readonly SessionStart[]): ProjectChange[] {
  const changes = new Map<string, ProjectChange>();
  for (const rollup of rollups) changes.set(`${rollup.projectKey}/${rollup.bucket}`, { ...rollup, sessions: 0 });
  for (const { projectKey, bucket, sessions } of starts) {
    const key = `${projectKey}/${bucket}`;
    const change = changes.get(key);
    if (change !== undefined) change.sessions += sessions;
    // A bucket that a session leaves, or one of events that were stored before.
    else changes.set(key, { projectKey, bucket, events: 0, nameKeys: [], nameEvents: [], sessions });
  }
  return [...changes.values()].sort((a, b) => a.projectKey - b.projectKey || a.bucket - b.bucket);
}

// One statement for what writers share, so that its locks are held for one round trip and the commit. PostgreSQL runs its parts
// in the same order each time.
const countsStatement = prepared(
  "upsert_counts",
  `with counted as (
     insert into project_rollup as rollup (project_key, bucket, events, sessions, name_keys, name_events)
     select project_key, bucket, events, sessions, name_keys::integer[], name_events::bigint[]
     from unnest($1::integer[], $2::timestamptz[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
       as sent (project_key, bucket, events, sessions, name_keys, name_events)
     on conflict (project_key, bucket) do update set
       events = rollup.events + excluded.events,
       sessions = rollup.sessions + excluded.sessions,
       (name_keys, name_events) = (
         select coalesce(array_agg(name_key order by name_key), '{}'), coalesce(array_agg(events order by name_key), '{}')
         from (
           select name_key, sum(events)::bigint as events
           from unnest(rollup.name_keys || excluded.name_keys, rollup.name_events || excluded.name_events)
             as named (name_key, events)
           group by name_key
         ) as merged
       )
   ), late as (
     insert into late_app_change (project_key, bucket, events, sessions)
     select * from unnest($1::integer[], $2::timestamptz[], $3::bigint[], $4::bigint[])
       as sent (project_key, bucket, events, sessions)
     where ${isClosed("bucket")}
   ), refused as (
     insert into ingestion_rejection (project_key, bucket, reason, events)
     select * from unnest($13::integer[], $14::timestamptz[], $15::text[], $16::bigint[])
     on conflict (project_key, bucket, reason) do update set events = ingestion_rejection.events + excluded.events
   )
   insert into ingestion_ledger (project_key, bucket, received, stored, duplicates, rejected)
   select * from unnest($7::integer[], $8::timestamptz[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[])
   on conflict (project_key, bucket) do update set
     received = ingestion_ledger.received + excluded.received,
     stored = ingestion_ledger.stored + excluded.stored,
     duplicates = ingestion_ledger.duplicates + excluded.duplicates,
     rejected = ingestion_ledger.rejected + excluded.rejected`,
);

async function applyCounts(
  client: pg.PoolClient,
  { ledger, rejections }: EventDeltas,
  projects: readonly ProjectChange[],
): Promise<void> {
  await client.query(
    countsStatement([
      projects.map((project) => project.projectKey),
      projects.map((project) => toInstant(project.bucket)),
      projects.map((project) => project.events),
      projects.map((project) => project.sessions),
      // As texts of arrays: an array of arrays would have to be rectangular.
      projects.map((project) => `{${project.nameKeys.join()}}`),
      projects.map((project) => `{${project.nameEvents.join()}}`),
      ...ledgerValues(ledger),
      ...rejectionValues(rejections),
    ]),
  );
}

function ledgerValues(ledger: readonly LedgerDelta[]): unknown[] {
  return [
    ledger.map((entry) => entry.projectKey),
    ledger.map((entry) => toInstant(entry.bucket)),
    ledger.map((entry) => entry.received),
    ledger.map((entry) => entry.stored),
    ledger.map((entry) => entry.duplicates),
    ledger.map((entry) => entry.rejected),
  ];
}

function rejectionValues(rejections: readonly RejectionDelta[]): unknown[] {
  return [
    rejections.map((rejection) => rejection.projectKey),
    rejections.map((rejection) => toInstant(rejection.bucket)),
    rejections.map((rejection) => rejection.reason),
    rejections.map((rejection) => rejection.events),
  ];
}
