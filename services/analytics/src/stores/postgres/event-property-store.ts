import { type PropertyType, propertyTypes } from "@mobigen/analytics-contract";
import type pg from "pg";
import { bucketMs, type TimeWindow, toInstant } from "../../types.js";
import type {
  EventKind,
  EventPlaces,
  EventPropertyStore,
  PlaceBounds,
  PropertyFigures,
  PropertyValue,
  ShownProperties,
} from "../event-property-store.js";
import type { EventFilter } from "../insight-filter.js";
import { within } from "./app-slices.js";
import { occurredIn, readCorrectedRanges } from "./corrected-days.js";
import { eventConditions, nameKeys } from "./insight-conditions.js";
import { createBindings } from "./slices.js";
import { query } from "./transaction.js";

export function createEventPropertyStore(pool: pg.Pool): EventPropertyStore {
  return {
    placesOf: (projectKey, kind, window, bounds) => findPlaces(pool, projectKey, kind, window, bounds),
    describe: (projectKey, kind, windows, filter, shown) =>
      describe(pool, { projectKey, kind, windows, filter, shown }),
  };
}

// Each run of quarters is a walk of its own: more of them would take longer than what they find.
const maxBuckets = 10_000;

// project_rollup's primary key. Quarters that follow each other, counted back from the newest, share a run.
async function findPlaces(
  pool: pg.Pool,
  projectKey: number,
  { type, name }: EventKind,
  { from, to }: TimeWindow,
  { maxWalked, maxRead }: PlaceBounds,
): Promise<EventPlaces> {
  const rows = await query<{ first: Date; last: Date; isWhole: boolean }>(
    pool,
    `with kind as (select name_key from event_name where project_key = $1 and type = $2 and name = $3),
     held as (
       select bucket, sum(events) over newest as walked, sum(name_events[array_position(name_keys, name_key)]) over newest as read,
         row_number() over newest as place
       from project_rollup join kind on name_key = any(name_keys)
       where project_key = $1 and bucket >= $4::timestamptz and bucket < $5::timestamptz
       window newest as (order by bucket desc)
     ),
     chosen as (select *, place = 1 or (walked <= $6 and read <= $7 and place <= $8) as is_chosen from held)
     select min(bucket) as first, max(bucket) as last, (select bool_and(is_chosen) from chosen) as "isWhole"
     from chosen where is_chosen group by bucket + place * interval '15 minutes' order by 2 desc`,
    [
      projectKey,
      type,
      name,
      toInstant(Math.floor(from / bucketMs) * bucketMs),
      toInstant(to),
      maxWalked,
      maxRead,
      maxBuckets,
    ],
  );
  const windows = rows.map(({ first, last }) => ({
    from: Math.max(from, first.getTime()),
    to: Math.min(to, last.getTime() + bucketMs),
  }));
  return { windows, isWhole: rows[0]?.isWhole ?? true };
}

// Longer texts are counted, not shown, and told apart by their hash.
const maxShownLength = 200;

type Description = {
  projectKey: number;
  kind: EventKind;
  windows: readonly TimeWindow[];
  filter: EventFilter;
  shown: ShownProperties;
};

type Row = {
  read: number;
  matched: number;
  key: string | null;
  events: number;
  distinctValues: number;
  types: Record<PropertyType, number>;
  min: string | null;
  max: string | null;
  average: string | null;
  sum: string | null;
  top: { type: PropertyType; text: string; events: number }[] | null;
};

type Described = Awaited<ReturnType<EventPropertyStore["describe"]>>;

async function describe(pool: pg.Pool, { projectKey, kind, windows, filter, shown }: Description): Promise<Described> {
  const [newest, oldest] = [windows[0], windows.at(-1)];
  if (newest === undefined || oldest === undefined) return { events: 0, matched: 0, properties: [] };
  const corrected = await readCorrectedRanges(pool, windows, { projectKey });
  const bindings = createBindings();
  const { bind } = bindings;
  const project = `${bind(projectKey)}::integer`;
  const ofKind = nameKeys(bindings, project, kind);
  const { type: _, name: __, ...rest } = filter;
  const passes = ["true", ...eventConditions(bindings, project, rest)].join(" and ");
  const from = `${bind(windows.map((window) => toInstant(window.from)))}::timestamptz[]`;
  const to = `${bind(windows.map((window) => toInstant(window.to)))}::timestamptz[]`;
  // The outermost bounds are constants, which say what partitions there are to look into. Primary key, and app_event_corrected_at.
  const all = { from: oldest.from, to: newest.to };
  const walk = (at: string, more: readonly string[]): string =>
    `select properties, ${passes} as passes from app_event
     where ${[`project_key = ${project}`, `${at} >= starts and ${at} < ends`, within(bindings, at, all), ...more, ...ofKind].join(" and ")}`;
  const walks = [walk("occurred_at", ["corrected_at is null"])];
  if (corrected.length > 0) walks.push(walk("corrected_at", [occurredIn(bindings, corrected)]));
  const ofKey = shown.key === undefined ? "true" : `key = ${bind(shown.key)}`;

  const rows = await query<Row>(
    pool,
    `with picked as materialized (
       select event.* from unnest(${from}, ${to}) as part (starts, ends)
       cross join lateral (${walks.join(" union all ")} offset 0) as event
     ),
     said as (
       select key, jsonb_typeof(value) as type,
         case when jsonb_typeof(value) = 'number' then trim_scale(value::numeric)::text else coalesce(value #>> '{}', '') end as text
       from picked cross join lateral jsonb_each(properties) where passes and ${ofKey}
     ),
     counted as (
       select key, type, type in ('array', 'object') or (type = 'string' and length(text) > ${maxShownLength}) as is_hidden,
         case when type <> 'number' and length(text) > ${maxShownLength} then md5(text) else text end as text,
         count(*) as events
       from said group by 1, 2, 3, 4
     ),
     numbered as (select *, case when type = 'number' then text::numeric end as number from counted),
     keyed as (
       select key, sum(events)::bigint as events, count(*) as distinct_values,
         json_build_object(${propertyTypes.map((type) => `'${type}', coalesce(sum(events) filter (where type = '${type}'), 0)`).join(", ")}) as types,
         min(number) as min, max(number) as max, sum(number * events) as sum,
         sum(number * events) / nullif(sum(events) filter (where type = 'number'), 0) as average
       from numbered group by key order by 2 desc, key collate "C" limit ${bind(shown.maxProperties)}
     ),
     ranked as (
       select counted.*, row_number() over (partition by key order by counted.events desc, text collate "C", type) as place
       from counted join keyed using (key) where not is_hidden
     )
     select (select count(*) from picked) as read, (select count(*) from picked where passes) as matched,
       key, events, distinct_values as "distinctValues", types, min, max, average, sum,
       (select json_agg(json_build_object('type', type, 'text', text, 'events', ranked.events) order by place)
        from ranked where ranked.key = keyed.key and place <= ${bind(shown.valuesEach)}) as top
     from (values (1)) as one left join keyed on true order by events desc, key collate "C"`,
    bindings.values,
  );
  const [{ read, matched } = { read: 0, matched: 0 }] = rows;
  return {
    events: read,
    matched,
    properties: rows.flatMap((row) => (row.key === null ? [] : [toFigures(row.key, row)])),
  };
}

function toFigures(key: string, { events, distinctValues, types, top, ...row }: Row): PropertyFigures {
  const { min, max, average, sum } = row;
  const hasNumbers = min !== null && max !== null && average !== null && sum !== null;
  return {
    key,
    events,
    distinctValues,
    types: Object.fromEntries(Object.entries(types).filter(([, count]) => count > 0)),
    topValues: (top ?? []).map(({ type, text, events }) => ({ value: toValue(type, text), events })),
    numbers: hasNumbers
      ? { min: toDouble(min), max: toDouble(max), average: toDouble(average), sum: toDouble(sum) }
      : null,
  };
}

function toValue(type: PropertyType, text: string): PropertyValue {
  if (type === "number") return toDouble(text);
  if (type === "boolean") return text === "true";
  return type === "null" ? null : text;
}

// A sum of the largest doubles is none any more.
function toDouble(text: string): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, Number(text)));
}
