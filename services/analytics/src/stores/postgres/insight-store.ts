import type pg from "pg";
import type { EventFilter } from "../insight-filter.js";
import type { InsightStore, MatchingFigures, SessionFigures } from "../insight-store.js";
import { within } from "./app-slices.js";
import { readCorrectedRanges } from "./corrected-days.js";
import { deviceConditions, eventConditions, eventsIn, nameKeys } from "./insight-conditions.js";
import { fillSeries, series, slotOf, windowOf } from "./series.js";
import { createBindings, splitWindow } from "./slices.js";
import { query } from "./transaction.js";

// As GA4 has it: a session that is no bounce lasted ten seconds or saw a second screen.
const engagedSeconds = 10;

export function createInsightStore(pool: pg.Pool): InsightStore {
  return {
    firstEventAt: (projectKey) => readFirstEvent(pool, projectKey),
    eventsBy: (projectKey, boundaries, names) => readEvents(pool, projectKey, boundaries, names),
    sessionsBy: (projectKey, boundaries, filter) => readSessions(pool, projectKey, boundaries, filter),
    newUsersBy: (projectKey, boundaries) => readNewUsers(pool, projectKey, boundaries),
    matchingBy: (projectKey, boundaries, filter) => readMatching(pool, projectKey, boundaries, filter),
  };
}

// The first entry of project_rollup's primary key.
async function readFirstEvent(pool: pg.Pool, projectKey: number): Promise<number | null> {
  const [row] = await query<{ at: Date | null }>(
    pool,
    "select min(bucket) as at from project_rollup where project_key = $1 and events > 0",
    [projectKey],
  );
  return row?.at?.getTime() ?? null;
}

// Whole buckets: project_rollup's primary key; cut ones: see eventsIn.
async function readEvents(
  pool: pg.Pool,
  projectKey: number,
  boundaries: readonly number[],
  names: Pick<EventFilter, "type" | "name">,
): Promise<number[]> {
  const { whole, cut } = splitWindow(windowOf(boundaries));
  const corrected = await readCorrectedRanges(pool, cut, { projectKey });
  const bindings = createBindings();
  const project = `${bindings.bind(projectKey)}::integer`;
  const named = nameKeys(bindings, project, names);
  const parts = cut.map(
    (part) =>
      `select at, 1::bigint as value from ${eventsIn(bindings, { project, window: part, corrected, columns: "name_key", conditions: named })} as event`,
  );
  if (whole !== undefined) {
    const conditions = [`project_key = ${project}`, within(bindings, "bucket", whole), ...named];
    parts.push(`select bucket as at, events as value from event_rollup where ${conditions.join(" and ")}`);
  }
  const rows = await query<{ slot: number; value: string }>(
    pool,
    `select ${slotOf(bindings, boundaries)} as slot, sum(value) as value
     from (${parts.join("\n union all ")}) as part group by slot`,
    bindings.values,
  );
  return series(boundaries, rows);
}

const noSessions: SessionFigures = { sessions: 0, seconds: 0, screens: 0, bounces: 0 };

// Served by session_started_at.
async function readSessions(
  pool: pg.Pool,
  projectKey: number,
  boundaries: readonly number[],
  filter: EventFilter,
): Promise<SessionFigures[]> {
  const bindings = createBindings();
  const conditions = [
    `project_key = ${bindings.bind(projectKey)}`,
    within(bindings, "started_at", windowOf(boundaries)),
    ...deviceConditions(bindings, filter),
  ];
  const rows = await query<{ slot: number; sessions: number; seconds: string; screens: number; bounces: number }>(
    pool,
    `select ${slotOf(bindings, boundaries)} as slot, count(*) as sessions, sum(seconds) as seconds, sum(screens) as screens,
       count(*) filter (where screens <= 1 and seconds < ${engagedSeconds}) as bounces
     from (
       select started_at as at, screens, extract(epoch from last_event_at - started_at) as seconds
       from session where ${conditions.join(" and ")}
     ) as begun
     group by slot`,
    bindings.values,
  );
  return fillSeries(boundaries, rows, noSessions, ({ slot: _, ...row }) => ({ ...row, seconds: Number(row.seconds) }));
}

// Served by actor_first_seen_at.
async function readNewUsers(pool: pg.Pool, projectKey: number, boundaries: readonly number[]): Promise<number[]> {
  const bindings = createBindings();
  const conditions = [
    `project_key = ${bindings.bind(projectKey)}`,
    within(bindings, "first_seen_at", windowOf(boundaries)),
  ];
  const rows = await query<{ slot: number; value: number }>(
    pool,
    `select ${slotOf(bindings, boundaries)} as slot, count(*) as value
     from (select first_seen_at as at from actor where ${conditions.join(" and ")}) as arrived
     group by slot`,
    bindings.values,
  );
  return series(boundaries, rows);
}

const noMatch: MatchingFigures = { events: 0, activeUsers: 0, newUsers: 0 };

// The events: see eventsIn; each different actor once by its primary key.
async function readMatching(
  pool: pg.Pool,
  projectKey: number,
  boundaries: readonly number[],
  filter: EventFilter,
): Promise<MatchingFigures[]> {
  const window = windowOf(boundaries);
  const corrected = await readCorrectedRanges(pool, [window], { projectKey });
  const bindings = createBindings();
  const project = `${bindings.bind(projectKey)}::integer`;
  const events = eventsIn(bindings, {
    ...{ project, window, corrected, columns: "actor_id" },
    conditions: eventConditions(bindings, project, filter),
  });
  const rows = await query<{ slot: number } & MatchingFigures>(
    pool,
    `with acted as (
       -- A row for each actor of an interval, and one for all that name none.
       select ${slotOf(bindings, boundaries)} as slot, actor_id, count(*) as events from ${events} as event group by 1, 2
     )
     select slot, sum(acted.events)::bigint as events, count(actor_id) as "activeUsers",
       count(*) filter (where ${slotOf(bindings, boundaries, "first_seen_at")} = slot) as "newUsers"
     from acted left join (select actor_id, first_seen_at from actor where project_key = ${project}) as known using (actor_id)
     group by slot`,
    bindings.values,
  );
  return fillSeries(boundaries, rows, noMatch, ({ slot: _, ...figures }) => figures);
}
