import {
  type ActorDayDelta,
  type ActorDelta,
  type AppEvent,
  type BatchTally,
  type EventDeltas,
  type EventRow,
  effectiveTime,
  type SessionDelta,
} from "../stores/event-store.js";
import { bucketMs, bucketOf } from "../types.js";
import { ledgerDeltas } from "./ledger-deltas.js";

const dayMs = 24 * 3_600_000;
const bucketsPerDay = dayMs / bucketMs;

/**
 * What a flush changes: in rollups, sessions and actors by its newly stored rows, in the ledger by its batches. Pure; the sum
 * over any split and order of the same rows is the same.
 */
export function batchDeltas(rows: readonly EventRow[], tallies: readonly BatchTally[]): EventDeltas {
  const deltas: EventDeltas = {
    projectRollups: [],
    sessions: [],
    actors: [],
    actorDays: [],
    ...ledgerDeltas(tallies),
  };
  for (const [projectKey, rowsOfProject] of sorted(groupByProject(rows), ascending)) {
    addProject(deltas, projectKey, rowsOfProject);
  }
  return deltas;
}

function groupByProject(rows: readonly EventRow[]): Map<number, EventRow[]> {
  const groups = new Map<number, EventRow[]>();
  for (const row of rows) {
    const group = groups.get(row.projectKey);
    if (group === undefined) groups.set(row.projectKey, [row]);
    else group.push(row);
  }
  return groups;
}

function addProject(deltas: EventDeltas, projectKey: number, rows: readonly EventRow[]): void {
  const names = new Map<number, Map<number, number>>();
  const sessions = new Map<string, SessionDelta>();
  const actors = new Map<string, ActorTally>();
  for (const row of rows) {
    const at = effectiveTime(row.event);
    countName(names, bucketOf(at), row.nameKey);
    addToSession(sessions, row, at);
    addToActor(actors, projectKey, row.event, at);
  }
  for (const [bucket, counts] of sorted(names, ascending)) {
    const named = sorted(counts, ascending);
    const nameEvents = named.map(([, events]) => events);
    const events = nameEvents.reduce((sum, count) => sum + count, 0);
    deltas.projectRollups.push({ projectKey, bucket, events, nameKeys: named.map(([nameKey]) => nameKey), nameEvents });
  }
  for (const [, session] of sorted(sessions, byText)) deltas.sessions.push(session);
  addActors(deltas, projectKey, actors);
}

function countName(names: Map<number, Map<number, number>>, bucket: number, nameKey: number): void {
  let counts = names.get(bucket);
  if (counts === undefined) {
    counts = new Map();
    names.set(bucket, counts);
  }
  counts.set(nameKey, (counts.get(nameKey) ?? 0) + 1);
}

function addToSession(sessions: Map<string, SessionDelta>, row: EventRow, at: number): void {
  const { event } = row;
  const screens = event.type === "screen_view" ? 1 : 0;
  const session = sessions.get(event.sessionId);
  if (session === undefined) {
    sessions.set(event.sessionId, {
      projectKey: row.projectKey,
      sessionId: event.sessionId,
      sessionIdText: event.sessionIdText,
      startedAt: at,
      lastEventAt: at,
      deviceKey: row.deviceKey,
      actorId: event.actor?.id ?? null,
      actorAt: event.actor === null ? null : at,
      events: 1,
      screens,
    });
    return;
  }
  session.events += 1;
  session.screens += screens;
  // Among events of the same earliest moment the smaller key wins, so that order of arrival does not matter.
  if (at < session.startedAt || (at === session.startedAt && row.deviceKey < session.deviceKey)) {
    session.startedAt = at;
    session.deviceKey = row.deviceKey;
  }
  session.lastEventAt = Math.max(session.lastEventAt, at);
  if (event.actor !== null && givesActor(session, at, event.actor.id)) {
    session.actorId = event.actor.id;
    session.actorAt = at;
  }
}

/** The latest event with an actor gives it; among those of one moment the smaller id, here too for the order of arrival. */
function givesActor({ actorId, actorAt }: SessionDelta, at: number, id: string): boolean {
  if (actorId === null || actorAt === null) return true;
  return at > actorAt || (at === actorAt && byText(id, actorId) < 0);
}

type ActorTally = ActorDelta & { days: Map<number, Buffer> };

function addToActor(actors: Map<string, ActorTally>, projectKey: number, event: AppEvent, at: number): void {
  if (event.actor === null) return;
  const { id, kind, text } = event.actor;
  let actor = actors.get(id);
  if (actor === undefined) {
    actor = { projectKey, actorId: id, kind, idText: text, firstSeenAt: at, lastSeenAt: at, days: new Map() };
    actors.set(id, actor);
  }
  actor.firstSeenAt = Math.min(actor.firstSeenAt, at);
  actor.lastSeenAt = Math.max(actor.lastSeenAt, at);
  if (kind === "user") actor.kind = kind;
  const day = Math.floor(at / dayMs);
  let buckets = actor.days.get(day);
  if (buckets === undefined) {
    buckets = Buffer.alloc(bucketsPerDay, "0");
    actor.days.set(day, buckets);
  }
  buckets[Math.floor((at - day * dayMs) / bucketMs)] = digitOne;
}

const digitOne = "1".charCodeAt(0);

function addActors(deltas: EventDeltas, projectKey: number, actors: Map<string, ActorTally>): void {
  const days = new Map<number, ActorDayDelta[]>();
  for (const [actorId, { days: activeDays, ...actor }] of sorted(actors, byText)) {
    deltas.actors.push(actor);
    for (const [day, buckets] of activeDays) {
      const date = new Date(day * dayMs).toISOString().slice(0, 10);
      const entry = { projectKey, day: date, actorId, buckets: buckets.toString("latin1") };
      const list = days.get(day);
      if (list === undefined) days.set(day, [entry]);
      else list.push(entry);
    }
  }
  for (const [, entries] of sorted(days, ascending)) deltas.actorDays.push(...entries);
}

function sorted<Key, Value>(map: Map<Key, Value>, compare: (a: Key, b: Key) => number): [Key, Value][] {
  return [...map].sort(([a], [b]) => compare(a, b));
}

function ascending(a: number, b: number): number {
  return a - b;
}

/** By code unit, which is how PostgreSQL orders UUIDs of lower-case digits. */
function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
