import type { ActorExportFormat, AppSession, ExportedActor, ExportedEvent } from "@mobigen/analytics-contract";
import type { ActiveDay, ActorStore, StoredActor } from "../stores/actor-store.js";
import type { ErasureStore } from "../stores/erasure-store.js";
import type { SessionStore, StoredSession } from "../stores/session-store.js";
import type { TimelinePosition } from "../stores/timeline-event.js";
import type { Clock } from "../types.js";
import { findActor, localDays, toActor } from "./actors.js";
import { hashOf } from "./erasure.js";
import { toExportedEvent } from "./exported-event.js";
import type { InsightProject } from "./question.js";
import { toSession } from "./sessions.js";

// What a piece holds is in memory at once, with properties of up to 32 KB each.
const eventsAtOnce = 200;
const sessionsAtOnce = 500;

export type ActorExportStores = { actors: ActorStore; sessions: SessionStore; erasures: ErasureStore };

export type ActorExportRequest = { requestedBy: string; format: ActorExportFormat; clock: Clock };

/**
 * All that is known of an actor, in pieces of text: who it is and on which UTC days they were active, the sessions that name them, and
 * their events as far as they are in the database, oldest first. The audit log has a note of it before the first piece.
 * @throws ApiError not_found
 */
export async function exportActor(
  stores: ActorExportStores,
  project: InsightProject,
  actorId: string,
  { requestedBy, format, clock }: ActorExportRequest,
): Promise<AsyncIterable<string>> {
  const found = await findActor(stores.actors, project, actorId);
  const target = `${project.id}/${hashOf(found.id)}`;
  await stores.erasures.noteExport({ at: clock(), actor: requestedBy, action: "actor.export", target, detail: {} });
  const active = await stores.actors.activeDaysOf(project.projectKey, found);
  const parts: Parts = {
    actor: { ...toActor(found), days: localDays(active, "UTC") },
    sessions: readSessions(stores.sessions, project, found),
    events: readEvents(stores.actors, project, found, active),
  };
  return format === "json" ? asDocument(parts) : asLines(parts);
}

type Parts = {
  actor: ExportedActor;
  sessions: AsyncIterable<AppSession[]>;
  events: AsyncIterable<ExportedEvent[]>;
};

async function* readSessions(
  store: SessionStore,
  { projectKey }: InsightProject,
  { actorKey, lastSeenAt }: StoredActor,
): AsyncIterable<AppSession[]> {
  // A session begins no later than any event of it.
  const window = { from: 0, to: lastSeenAt + 1 };
  let after: StoredSession | null = null;
  for (;;) {
    const page = { after, limit: sessionsAtOnce, order: "asc" as const };
    const rows: StoredSession[] = await store.list(projectKey, window, { actorKey }, page);
    yield rows.map(toSession);
    after = rows.at(-1) ?? null;
    if (rows.length < sessionsAtOnce) return;
  }
}

async function* readEvents(
  store: ActorStore,
  { projectKey }: InsightProject,
  actor: StoredActor,
  active: readonly ActiveDay[],
): AsyncIterable<ExportedEvent[]> {
  let after: TimelinePosition | null = null;
  do {
    const page = { after, limit: eventsAtOnce, order: "asc" as const };
    const { events, next } = await store.timelineOf(projectKey, actor, active, page);
    yield events.map(toExportedEvent);
    after = next;
  } while (after !== null);
}

async function* asLines({ actor, sessions, events }: Parts): AsyncIterable<string> {
  const line = (record: string, fields: object): string => `${JSON.stringify({ record, ...fields })}\n`;
  yield line("actor", actor);
  for await (const some of sessions) yield some.map((session) => line("session", session)).join("");
  for await (const some of events) yield some.map((event) => line("event", event)).join("");
}

async function* asDocument({ actor, sessions, events }: Parts): AsyncIterable<string> {
  yield `{"actor":${JSON.stringify(actor)},"sessions":[`;
  yield* asItems(sessions);
  yield '],"events":[';
  yield* asItems(events);
  yield "]}";
}

async function* asItems(pages: AsyncIterable<object[]>): AsyncIterable<string> {
  let isFirst = true;
  for await (const some of pages) {
    if (some.length === 0) continue;
    yield `${isFirst ? "" : ","}${some.map((item) => JSON.stringify(item)).join()}`;
    isFirst = false;
  }
}
