import type pg from "pg";
import { toInstant } from "../../types.js";
import type { ActorFilter, ActorPosition, ActorStore, StoredActor } from "../actor-store.js";
import type { ActorKind } from "../event-store.js";
import { activeSpans, readActiveDays } from "./actor-days.js";
import { createBindings } from "./slices.js";
import { readTimeline } from "./timeline.js";
import { query } from "./transaction.js";

export function createActorStore(pool: pg.Pool): ActorStore {
  return {
    list: (projectKey, filter, page) => listActors(pool, projectKey, filter, page),
    find: (projectKey, actorKey) => findActor(pool, projectKey, actorKey),
    activeDaysOf: (projectKey, actor) => readActiveDays(pool, projectKey, actor),
    timelineOf(projectKey, { actorKey }, days, page) {
      const spans = activeSpans(days);
      if (page.order === "desc") spans.reverse();
      return readTimeline(pool, { projectKey, column: "actor_id", key: actorKey, windowsAtOnce: 16 }, spans, page);
    },
  };
}

type ActorRow = { actorKey: string; id: string; kind: ActorKind; firstSeenAt: Date; lastSeenAt: Date };

const shown = `actor.actor_id as "actorKey", id_text as id, kind, first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt"`;

type ActorPage = { after: ActorPosition | null; limit: number };

/**
 * There is no index by last_seen_at: it would change with every flush, and updates of actors would stop to be heap-only. Who was
 * seen since some day has a row in actor_day since then, so the latest two days fill the page of an app that many use; where they
 * don't, all actors of the project are looked through.
 */
async function listActors(
  pool: pg.Pool,
  projectKey: number,
  filter: ActorFilter,
  page: ActorPage,
): Promise<StoredActor[]> {
  const since = await readDayBefore(pool, projectKey, page.after);
  if (since === null) return [];
  const recent = await readActors(pool, projectKey, filter, page, since);
  return recent.length === page.limit ? recent : readActors(pool, projectKey, filter, page, null);
}

// The day before the latest one that anybody acted on, or that a page goes on from. The last entry of actor_day's primary key.
async function readDayBefore(pool: pg.Pool, projectKey: number, after: ActorPosition | null): Promise<string | null> {
  const [row] = await query<{ day: string | null }>(
    pool,
    `select max(day) - 1 as day from actor_day where project_key = $1 and day <= $2::timestamptz::date`,
    [projectKey, after === null ? "infinity" : toInstant(after.lastSeenAt)],
  );
  return row?.day ?? null;
}

async function readActors(
  pool: pg.Pool,
  projectKey: number,
  { prefix, kind }: ActorFilter,
  { after, limit }: ActorPage,
  since: string | null,
): Promise<StoredActor[]> {
  const bindings = createBindings();
  const project = `${bindings.bind(projectKey)}::integer`;
  const conditions = [`actor.project_key = ${project}`];
  if (prefix !== undefined) conditions.push(`starts_with(id_text, ${bindings.bind(prefix)})`);
  if (kind !== undefined) conditions.push(`kind = ${bindings.bind(kind)}`);
  if (after !== null) {
    const place = `(${bindings.bind(toInstant(after.lastSeenAt))}::timestamptz, ${bindings.bind(after.actorKey)}::uuid)`;
    conditions.push(`(last_seen_at, actor_id) < ${place}`);
  }
  if (since !== null) {
    const day = `${bindings.bind(since)}::date`;
    const until = after === null ? "true" : `day <= ${bindings.bind(toInstant(after.lastSeenAt))}::timestamptz::date`;
    conditions.push(
      `last_seen_at >= ${day}::timestamptz`,
      `actor_id in (select actor_id from actor_day where project_key = ${project} and day >= ${day} and ${until})`,
    );
  }
  const rows = await query<ActorRow>(
    pool,
    `select ${shown} from actor where ${conditions.join(" and ")}
     order by last_seen_at desc, actor_id desc limit ${bindings.bind(limit)}`,
    bindings.values,
  );
  return rows.map(toStoredActor);
}

async function findActor(pool: pg.Pool, projectKey: number, actorKey: string): Promise<StoredActor | null> {
  const [row] = await query<ActorRow>(pool, `select ${shown} from actor where project_key = $1 and actor_id = $2`, [
    projectKey,
    actorKey,
  ]);
  return row === undefined ? null : toStoredActor(row);
}

function toStoredActor({ firstSeenAt, lastSeenAt, ...row }: ActorRow): StoredActor {
  return { ...row, firstSeenAt: firstSeenAt.getTime(), lastSeenAt: lastSeenAt.getTime() };
}
