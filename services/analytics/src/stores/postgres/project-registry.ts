import type pg from "pg";
import { toInstant } from "../../types.js";
import { type PlatformEvent, projectNameOf } from "../platform-event-store.js";
import { compareTexts } from "./identity.js";

// Any fixed number that nothing else locks by.
const registryLock = 1_886_548_842;

type RegistryEvent = Pick<PlatformEvent, "event" | "projectId" | "userId" | "occurredAt" | "projectName">;

/** What the events of one project say about it, in sum. Times are milliseconds. */
type ProjectNews = {
  id: string;
  created: { at: number; ownerId: string | null } | undefined;
  named: { at: number; name: string } | undefined;
  deletedAt: number | undefined;
};

export function isRegistryEvent(event: RegistryEvent): boolean {
  return event.projectId !== null && event.event.startsWith("project.");
}

/**
 * Lets one transaction at a time tell the registry something, till it ends: two that run side by side would each miss what the
 * other has not committed, e.g. a deletion that arrives together with the registration.
 */
export async function lockRegistry(client: pg.PoolClient): Promise<void> {
  await client.query("select pg_advisory_xact_lock($1)", [registryLock]);
}

/** Brings `project` up to date with events that were stored just now. Whatever order events come in, the row ends the same. */
export async function updateRegistry(client: pg.PoolClient, events: readonly RegistryEvent[]): Promise<void> {
  const news = newsOf(events);
  const registered = await register(client, news);
  await update(client, news);
  // A new project may have been renamed or deleted by events that came before its registration.
  if (registered.length > 0) await update(client, newsOf(await readEventsOf(client, registered)));
}

function newsOf(events: readonly RegistryEvent[]): ProjectNews[] {
  const byId = new Map<string, ProjectNews>();
  for (const { event, projectId, userId, occurredAt: at, projectName } of events) {
    if (projectId === null) continue;
    const news = byId.get(projectId) ?? { id: projectId, created: undefined, named: undefined, deletedAt: undefined };
    byId.set(projectId, news);
    if (event === "project.created" && at < (news.created?.at ?? Infinity)) news.created = { at, ownerId: userId };
    if (event === "project.deleted" && at < (news.deletedAt ?? Infinity)) news.deletedAt = at;
    // Of two names of one instant the greater holds: any rule will do that does not depend on the order of arrival.
    if (projectName !== null && isLater({ at, name: projectName }, news.named)) news.named = { at, name: projectName };
  }
  return [...byId.values()].sort((a, b) => compareTexts(a.id, b.id));
}

function isLater(a: { at: number; name: string }, b: { at: number; name: string } | undefined): boolean {
  return b === undefined || a.at > b.at || (a.at === b.at && a.name > b.name);
}

// Answers the ids that were new. A project without a name is called by its id, since 1970: any name is newer.
async function register(client: pg.PoolClient, news: readonly ProjectNews[]): Promise<string[]> {
  const created = news.flatMap(({ id, created }) => (created === undefined ? [] : [{ id, ...created }]));
  if (created.length === 0) return [];
  const { rows } = await client.query<{ id: string }>(
    `insert into project (id, name, owner_id, created_at, named_at)
     select id, id, owner_id, created_at, to_timestamp(0)
     from unnest($1::text[], $2::text[], $3::timestamptz[]) as created (id, owner_id, created_at)
     on conflict (id) do nothing
     returning id`,
    [
      created.map((project) => project.id),
      created.map((project) => project.ownerId),
      created.map((project) => toInstant(project.at)),
    ],
  );
  return rows.map((row) => row.id);
}

// The first deletion holds, and the latest name. (greatest and least pass over nulls.)
async function update(client: pg.PoolClient, news: readonly ProjectNews[]): Promise<void> {
  const changed = news.filter(({ named, deletedAt }) => named !== undefined || deletedAt !== undefined);
  if (changed.length === 0) return;
  await client.query(
    `update project set
       name = case when (sent.named_at, sent.name collate "C") > (project.named_at, project.name)
         then sent.name else project.name end,
       named_at = greatest(project.named_at, sent.named_at),
       deleted_at = least(project.deleted_at, sent.deleted_at)
     from unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[]) as sent (id, name, named_at, deleted_at)
     where project.id = sent.id`,
    [
      changed.map((project) => project.id),
      changed.map((project) => project.named?.name ?? null),
      changed.map((project) => (project.named === undefined ? null : toInstant(project.named.at))),
      changed.map((project) => (project.deletedAt === undefined ? null : toInstant(project.deletedAt))),
    ],
  );
}

type HistoryRow = { event: string; project_id: string; user_id: string | null; occurred_at: Date; name: unknown };

// Finds the buckets by platform_event_rollup_project, then the rows in them by platform_event_occurred_at.
async function readEventsOf(client: pg.PoolClient, projectIds: readonly string[]): Promise<RegistryEvent[]> {
  const { rows } = await client.query<HistoryRow>(
    `select stored.event, stored.project_id, stored.user_id, stored.occurred_at, stored.metadata -> 'name' as name
     from (
       select distinct project_id, event, bucket from platform_event_rollup
       where project_id = any($1::text[]) and event like 'project.%'
     ) as place
     join platform_event as stored
       on stored.occurred_at >= place.bucket and stored.occurred_at < place.bucket + interval '15 minutes'
       and stored.event = place.event and stored.project_id = place.project_id`,
    [projectIds],
  );
  return rows.map((row) => ({
    event: row.event,
    projectId: row.project_id,
    userId: row.user_id,
    occurredAt: row.occurred_at.getTime(),
    projectName: projectNameOf(row.name),
  }));
}
