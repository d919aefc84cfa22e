import type pg from "pg";
import { bucketMs, type TimeWindow, toInstant } from "../../types.js";
import type { EventNameStore, NameAudience, NamedEvents, NamePage, NamePosition } from "../event-name-store.js";
import type { EventFilter } from "../insight-filter.js";
import { within } from "./app-slices.js";
import { occurredIn, readCorrectedRanges } from "./corrected-days.js";
import { eventConditions, eventsIn, nameKeys } from "./insight-conditions.js";
import { type Bindings, createBindings, splitWindow } from "./slices.js";
import { query } from "./transaction.js";

export function createEventNameStore(pool: pg.Pool): EventNameStore {
  return {
    list: (projectKey, window, filter, page) => listNames(pool, projectKey, window, filter, page),
    audienceOf: (projectKey, window, filter, keys) => readAudience(pool, projectKey, window, filter, keys),
  };
}

type Row = { total: number } & (
  | { nameKey: number; type: string; name: string; events: number; lastAt: Date }
  | { nameKey: null }
);

async function listNames(
  pool: pg.Pool,
  projectKey: number,
  window: TimeWindow,
  filter: EventFilter,
  { after, limit }: { after: NamePosition | null; limit: number },
): Promise<NamePage> {
  const rollup = rollupPart(window, filter);
  const single = rollup === undefined ? [window] : splitWindow(window).cut;
  const corrected = await readCorrectedRanges(pool, single, { projectKey });
  const bindings = createBindings();
  const project = `${bindings.bind(projectKey)}::integer`;
  const behind =
    after === null
      ? "true"
      : `(events < ${bindings.bind(after.events)} or (events = ${bindings.bind(after.events)} and name_key > ${bindings.bind(after.nameKey)}))`;
  const rows = await query<Row>(
    pool,
    `with counted as (
       select name_key, sum(value)::bigint as events, max(at) as last_at
       from (${countedEvents(bindings, project, filter, { rollup, single, corrected })}) as part group by name_key
     )
     select total, name_key as "nameKey", type, name, events, last_at as "lastAt"
     from (select coalesce(sum(events), 0)::bigint as total from counted) as whole
     left join (
       select name_key, type, name, events, last_at from counted join event_name using (name_key)
       where ${behind} order by events desc, name_key limit ${bindings.bind(limit)}
     ) as page on true
     order by events desc, name_key`,
    bindings.values,
  );
  const names = rows.flatMap(({ total: _, ...row }): NamedEvents[] =>
    row.nameKey === null ? [] : [{ ...withoutLast(row), lastSeenAt: row.lastAt.getTime() }],
  );
  return {
    total: rows[0]?.total ?? 0,
    names: rollup === undefined ? names : await refineLastSeen(pool, projectKey, names, rollup),
  };
}

function withoutLast<Row extends { lastAt: Date }>({ lastAt: _, ...row }: Row): Omit<Row, "lastAt"> {
  return row;
}

/** The part of a window that is read from the rollup. Devices and properties are known of single events only. */
function rollupPart(
  window: TimeWindow,
  { platform, version, timezones, properties }: EventFilter,
): TimeWindow | undefined {
  const isOfRows = [platform, version, timezones, properties].some((part) => part !== undefined);
  return isOfRows ? undefined : splitWindow(window).whole;
}

/** Where the events of a window are counted: whole buckets in the rollup, what is left one by one. */
type Sources = { rollup: TimeWindow | undefined; single: readonly TimeWindow[]; corrected: readonly TimeWindow[] };

// Whole buckets: project_rollup's primary key. The rest: see eventsIn.
function countedEvents(
  bindings: Bindings,
  project: string,
  filter: EventFilter,
  { rollup, single, corrected }: Sources,
): string {
  const parts = single.map((window) => {
    const conditions = eventConditions(bindings, project, filter);
    return `select name_key, at, 1::bigint as value from ${eventsIn(bindings, { project, window, corrected, columns: "name_key", conditions })} as event`;
  });
  if (rollup !== undefined) {
    const conditions = [
      `project_key = ${project}`,
      within(bindings, "bucket", rollup),
      ...nameKeys(bindings, project, filter),
    ];
    parts.push(`select name_key, bucket as at, events as value from event_rollup where ${conditions.join(" and ")}`);
  }
  return parts.join("\n union all ");
}

/**
 * A rollup knows the quarter of an hour only: the moment is looked up among its events. Those that are archived by now are not
 * there, and the quarter has to do.
 */
async function refineLastSeen(
  pool: pg.Pool,
  projectKey: number,
  names: readonly NamedEvents[],
  whole: TimeWindow,
): Promise<NamedEvents[]> {
  const isBucket = (at: number): boolean => at % bucketMs === 0 && at >= whole.from && at < whole.to;
  const buckets = [...new Set(names.map(({ lastSeenAt }) => lastSeenAt).filter(isBucket))];
  if (buckets.length === 0) return [...names];
  const windows = buckets.map((from) => ({ from, to: from + bucketMs }));
  const corrected = await readCorrectedRanges(pool, windows, { projectKey });
  const bindings = createBindings();
  const project = `${bindings.bind(projectKey)}::integer`;
  const starts = `${bindings.bind(buckets.map(toInstant))}::timestamptz[]`;
  const keys = `${bindings.bind(names.map(({ nameKey }) => nameKey))}::integer[]`;
  // The outermost bounds are constants, which say what partitions there are to look into.
  const all = { from: Math.min(...buckets), to: Math.max(...buckets) + bucketMs };
  const inBucket = (at: string, more: string): string =>
    `select name_key, max(${at}) as at from unnest(${starts}) as bucket
     join app_event on project_key = ${project} and ${at} >= bucket and ${at} < bucket + interval '15 minutes'
     where name_key = any(${keys}) and ${within(bindings, at, all)} and ${more} group by 1`;
  const branches = [inBucket("occurred_at", "corrected_at is null")];
  if (corrected.length > 0) branches.push(inBucket("corrected_at", occurredIn(bindings, corrected)));
  const rows = await query<{ name_key: number; at: Date }>(
    pool,
    `select name_key, max(at) as at from (${branches.join(" union all ")}) as seen group by 1`,
    bindings.values,
  );
  const seen = new Map(rows.map(({ name_key, at }) => [name_key, at.getTime()]));
  return names.map((row) => ({ ...row, lastSeenAt: Math.max(row.lastSeenAt, seen.get(row.nameKey) ?? 0) }));
}

async function readAudience(
  pool: pg.Pool,
  projectKey: number,
  window: TimeWindow,
  filter: EventFilter,
  keys: readonly number[],
): Promise<Map<number, NameAudience>> {
  const corrected = await readCorrectedRanges(pool, [window], { projectKey });
  const bindings = createBindings();
  const project = `${bindings.bind(projectKey)}::integer`;
  // The keys say all that a type and a name do.
  const { type: _, name: __, ...rest } = filter;
  const conditions = [...eventConditions(bindings, project, rest), `name_key = any(${bindings.bind(keys)}::integer[])`];
  const columns = "name_key, actor_id, session_id";
  const rows = await query<{ name_key: number } & NameAudience>(
    pool,
    `select name_key, count(distinct actor_id) as actors, count(distinct session_id) as sessions
     from ${eventsIn(bindings, { project, window, corrected, columns, conditions })} as event group by name_key`,
    bindings.values,
  );
  return new Map(rows.map(({ name_key, ...audience }) => [name_key, audience]));
}
