import { hash } from "node:crypto";
import type pg from "pg";
import type { ArchiveRow, RestoreOutcome } from "../archive-store.js";
import type { AppEvent, EventBatch } from "../event-store.js";
import { cellOf } from "./archive-event-rows.js";
import { lockArchived, markRestored, takeTime } from "./archive-rows.js";
import { createDeviceProfiles, createEventNames } from "./dictionaries.js";
import { addErasedEvents, createErasedEvents } from "./erased-events.js";
import { insertNewRows } from "./event-rows.js";
import { flushRows } from "./flush-rows.js";
import { createPartitions } from "./partitions.js";
import { lockCounted, takeOutOfCounts, takeOutOfSessions } from "./taken-out.js";
import { inTransaction, query } from "./transaction.js";

export type Restoration = {
  file: number;
  rows: AsyncIterable<ArchiveRow[]>;
  when: { at: Date; keptUntil: Date };
  beforeCommit: () => Promise<void>;
};

/**
 * Rows only: what counts them was never taken away. An event whose actor was erased after it came stays where it is, and is taken out
 * of what counts it now that it is known what it was; a row that is in the database all the same is not stored twice.
 */
export async function restoreEvents(pool: pg.Pool, restoration: Restoration): Promise<RestoreOutcome> {
  await makePartition(pool, restoration.file);
  const dictionaries = { names: createEventNames(pool), devices: createDeviceProfiles(pool) };
  const { rows: archived, when, beforeCommit } = restoration;
  return inTransaction(pool, async (client): Promise<RestoreOutcome> => {
    await takeTime(client);
    if (!(await lockArchived(client, restoration.file))) return { kind: "not_archived" };
    const projects = await readProjects(client, restoration.file);
    await createErasedEvents(client);
    let [rows, erased] = [0, 0];
    for await (const some of archived) {
      const kept = some.filter((row) => !isErased(projects, row));
      const flush = await flushRows(toBatches(projects, kept), dictionaries);
      rows += (await insertNewRows(client, flush)).length;
      const gone = some.filter((row) => isErased(projects, row));
      await addErasedEvents(client, await flushRows(toBatches(projects, gone), dictionaries));
      erased += gone.length;
    }
    if (erased > 0) await takeOutErased(client, projects);
    await client.query("delete from archived_event where archive_key = $1", [restoration.file]);
    await markRestored(client, restoration.file, when);
    await beforeCommit();
    return { kind: "restored", rows, erased };
  });
}

async function takeOutErased(client: pg.PoolClient, projects: ReadonlyMap<string, Project>): Promise<void> {
  await lockCounted(client);
  for (const { projectKey } of projects.values()) {
    await takeOutOfCounts(client, projectKey, await takeOutOfSessions(client, projectKey, null), []);
  }
}

// Where a reader is in the way, the default partition has room for them.
async function makePartition(pool: pg.Pool, file: number): Promise<void> {
  const [row] = await query<{ day: string | null }>(pool, "select day from archive where archive_key = $1", [file]);
  if (typeof row?.day === "string") await createPartitions(pool).ensureFor([Date.parse(row.day)]);
}

type Project = {
  projectKey: number /** When actors were erased (ms), by the hash of their ids. */;
  erasedAt: Map<string, number>;
};

async function readProjects(client: pg.PoolClient, file: number): Promise<Map<string, Project>> {
  const { rows } = await client.query<{
    id: string;
    project_key: number;
    erased_at: Date | null;
    actor_hash: Buffer | null;
  }>(
    `select project.id, project.project_key, erasure.erased_at, erasure.actor_hash
     from archive_part join project on project.id = archive_part.project_id
     left join actor_erasure as erasure using (project_key)
     where archive_part.archive_key = $1`,
    [file],
  );
  const projects = new Map<string, Project>();
  for (const row of rows) {
    const project = projects.get(row.id) ?? { projectKey: row.project_key, erasedAt: new Map<string, number>() };
    projects.set(row.id, project);
    if (row.actor_hash === null || row.erased_at === null) continue;
    const actor = row.actor_hash.toString("hex");
    project.erasedAt.set(actor, Math.max(row.erased_at.getTime(), project.erasedAt.get(actor) ?? 0));
  }
  return projects;
}

function isErased(projects: ReadonlyMap<string, Project>, row: ArchiveRow): boolean {
  // Where the text was lost, the key was the text.
  const actor = cellOf(row, "actor_text") ?? cellOf(row, "actor_id");
  if (actor === null) return false;
  const erasedAt = projects.get(String(cellOf(row, "project_id")))?.erasedAt.get(hash("sha256", String(actor), "hex"));
  return erasedAt !== undefined && timeOf(row, "received_at") <= erasedAt;
}

function toBatches(projects: ReadonlyMap<string, Project>, rows: readonly ArchiveRow[]): EventBatch[] {
  const batches = new Map<number, AppEvent[]>();
  for (const row of rows) {
    const projectKey = projects.get(String(cellOf(row, "project_id")))?.projectKey;
    if (projectKey === undefined) throw new Error("a row of the file belongs to a project that is not registered");
    const events = batches.get(projectKey) ?? [];
    batches.set(projectKey, events);
    events.push(toEvent(row));
  }
  return [...batches].map(([projectKey, events]) => {
    return { projectKey, receivedAt: 0, received: events.length, events, rejected: [] };
  });
}

function toEvent(row: ArchiveRow): AppEvent {
  const text = (name: string): string => String(cellOf(row, name) ?? "");
  const optional = (name: string): string | null => {
    const value = cellOf(row, name);
    return value === null ? null : String(value);
  };
  const actorId = optional("actor_id");
  const kind = cellOf(row, "actor_is_user") === true ? "user" : "anonymous";
  return {
    occurredAt: timeOf(row, "occurred_at"),
    receivedAt: timeOf(row, "received_at"),
    correctedAt: cellOf(row, "corrected_at") === null ? null : timeOf(row, "corrected_at"),
    eventId: text("event_id"),
    eventIdText: optional("event_id_text"),
    sessionId: text("session_id"),
    sessionIdText: null,
    actor: actorId === null ? null : { id: actorId, kind, text: optional("actor_text") ?? actorId },
    type: text("type"),
    name: text("name"),
    device: {
      platform: text("platform"),
      osVersion: text("os_version"),
      appVersion: text("app_version"),
      appBuild: text("app_build"),
      model: text("model"),
      manufacturer: text("manufacturer"),
      locale: text("locale"),
      timezone: text("timezone"),
    },
    isBot: cellOf(row, "is_bot") === true,
    country: optional("country"),
    properties: optional("properties"),
  };
}

function timeOf(row: ArchiveRow, name: string): number {
  const value = cellOf(row, name);
  if (!(value instanceof Date)) throw new Error(`a row of the file has no time in ${name}`);
  return value.getTime();
}
