import type pg from "pg";
import { bucketOf, toInstant } from "../../types.js";
import type {
  ActorDayDelta,
  ActorDelta,
  EventDeltas,
  EventRollupDelta,
  ProjectRollupDelta,
  SessionDelta,
} from "../event-store.js";

/**
 * Brings everything that counts events in step with newly stored rows, in their transaction. Tables in one order, keys sorted
 * within each: two writers wait for each other one way round only. Rollups come last, for they are the rows that writers share.
 */
export async function applyDeltas(client: pg.PoolClient, deltas: EventDeltas): Promise<void> {
  const starts = await applySessions(client, deltas.sessions);
  if (deltas.actors.length > 0) await applyActors(client, deltas.actors, deltas.actorDays);
  await applyRollups(client, deltas.eventRollups, addSessionStarts(deltas.projectRollups, starts));
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
  $8::integer[], $9::integer[]`;
const sessionColumns =
  "project_key, session_id, session_id_text, started_at, last_event_at, device_key, actor_id, events, screens";

function sessionValues(sessions: readonly SessionDelta[]): unknown[] {
  return [
    sessions.map((session) => session.projectKey),
    sessions.map((session) => session.sessionId),
    sessions.map((session) => session.sessionIdText),
    sessions.map((session) => toInstant(session.startedAt)),
    sessions.map((session) => toInstant(session.lastEventAt)),
    sessions.map((session) => session.deviceKey),
    sessions.map((session) => session.actorId),
    sessions.map((session) => session.events),
    sessions.map((session) => session.screens),
  ];
}

// How a session takes in what came: the same whether or not its start moves.
function additions(sent: string): string {
  return `last_event_at = greatest(session.last_event_at, ${sent}.last_event_at),
    actor_id = case
      when ${sent}.last_event_at >= session.last_event_at then coalesce(${sent}.actor_id, session.actor_id)
      else coalesce(session.actor_id, ${sent}.actor_id) end,
    events = session.events + ${sent}.events,
    screens = session.screens + ${sent}.screens`;
}

// Answers, by key, how many events each session has now. Those whose start would move are left as they are, left out of the
// answer, and locked: `on conflict do update` locks a row before it looks at `where`. Served by the primary key.
async function upsertSessions(client: pg.PoolClient, sessions: readonly SessionDelta[]): Promise<Map<string, number>> {
  const { rows } = await client.query<{ project_key: number; session_id: string; events: number }>(
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
    sessionValues(sessions),
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

async function applyActors(
  client: pg.PoolClient,
  actors: readonly ActorDelta[],
  days: readonly ActorDayDelta[],
): Promise<void> {
  await client.query(
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
    [
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
    ],
  );
}

type ProjectChange = ProjectRollupDelta & { sessions: number };

function addSessionStarts(rollups: readonly ProjectRollupDelta[], starts: readonly SessionStart[]): ProjectChange[] {
  const changes = new Map<string, ProjectChange>();
  const add = ({ projectKey, bucket, events, sessions }: ProjectChange): void => {
    const key = `${projectKey}/${bucket}`;
    const sum = changes.get(key) ?? { projectKey, bucket, events: 0, sessions: 0 };
    changes.set(key, { projectKey, bucket, events: sum.events + events, sessions: sum.sessions + sessions });
  };
  for (const rollup of rollups) add({ ...rollup, sessions: 0 });
  for (const start of starts) add({ ...start, events: 0 });
  return [...changes.values()].sort((a, b) => a.projectKey - b.projectKey || a.bucket - b.bucket);
}

async function applyRollups(
  client: pg.PoolClient,
  names: readonly EventRollupDelta[],
  projects: readonly ProjectChange[],
): Promise<void> {
  await client.query(
    `with named as (
       insert into event_rollup (project_key, bucket, name_key, events)
       select * from unnest($1::integer[], $2::timestamptz[], $3::integer[], $4::bigint[])
       on conflict (project_key, bucket, name_key) do update set events = event_rollup.events + excluded.events
     )
     insert into project_rollup (project_key, bucket, events, sessions)
     select * from unnest($5::integer[], $6::timestamptz[], $7::bigint[], $8::bigint[])
     on conflict (project_key, bucket) do update set
       events = project_rollup.events + excluded.events,
       sessions = project_rollup.sessions + excluded.sessions`,
    [
      names.map((name) => name.projectKey),
      names.map((name) => toInstant(name.bucket)),
      names.map((name) => name.nameKey),
      names.map((name) => name.events),
      projects.map((project) => project.projectKey),
      projects.map((project) => toInstant(project.bucket)),
      projects.map((project) => project.events),
      projects.map((project) => project.sessions),
    ],
  );
}
