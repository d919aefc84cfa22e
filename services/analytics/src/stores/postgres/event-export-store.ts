import type pg from "pg";
import { type TimeWindow, toInstant } from "../../types.js";
import type { EventExportStore, ExportPage } from "../event-export-store.js";
import type { EventFilter } from "../insight-filter.js";
import type { TimelinePosition } from "../timeline-event.js";
import { within } from "./app-slices.js";
import { eventConditions } from "./insight-conditions.js";
import { createBindings } from "./slices.js";
import { describedEvents, type TimelineRow, timelineColumns, toStoredEvent } from "./timeline-rows.js";
import { query } from "./transaction.js";

export function createEventExportStore(pool: pg.Pool): EventExportStore {
  return {
    page: (projectKey, window, filter, after) => readPage(pool, { projectKey, window, filter, after }),
    archivedIn: (projectId, window) => countArchived(pool, projectId, window),
  };
}

// In memory at once, with properties of up to 32 KB each.
const eventsAtOnce = 1_000;
// Where a filter lets few through, a statement passes over so many: some tens of milliseconds.
const walkedAtOnce = 10_000;

type PageQuery = { projectKey: number; window: TimeWindow; filter: EventFilter; after: TimelinePosition | null };

type Row = { lastAt: Date; lastKey: string; lastOccurredAt: Date; walked: number } & (TimelineRow | { eventKey: null });

const order = "at, event_id, occurred_at";

// The primary key and app_event_corrected_at from the position on, each no further than the limit; the filter comes behind it, so that
// a rare match makes no statement long.
async function readPage(pool: pg.Pool, { projectKey, window, filter, after }: PageQuery): Promise<ExportPage> {
  const bindings = createBindings();
  const { bind } = bindings;
  const project = `${bind(projectKey)}::integer`;
  const rest = { from: Math.max(window.from, after?.at ?? window.from), to: window.to };
  const behind =
    after === null
      ? null
      : `(${bind(toInstant(after.at))}::timestamptz, ${bind(after.eventKey)}::uuid, ${bind(toInstant(after.occurredAt))}::timestamptz)`;
  const conditions = eventConditions(bindings, project, filter);
  const maxWalked = conditions.length === 0 ? eventsAtOnce : walkedAtOnce;
  const branch = (at: string, isCorrected: string): string =>
    `(select ${at} as at, ${timelineColumns} from app_event
      where project_key = ${project} and ${within(bindings, at, rest)} and ${isCorrected}
        ${behind === null ? "" : `and (${at}, event_id, occurred_at) > ${behind}`}
      order by ${at}, event_id, occurred_at limit ${maxWalked})`;
  const passing = `(select * from walked where ${["true", ...conditions].join(" and ")} order by ${order} limit ${eventsAtOnce})`;
  const rows = await query<Row>(
    pool,
    `with walked as materialized (
       select * from (${branch("occurred_at", "corrected_at is null")} union all ${branch("corrected_at", "corrected_at is not null")}) as event
       order by ${order} limit ${maxWalked}
     )
     select last.*, page.*
     from (select at as "lastAt", event_id as "lastKey", occurred_at as "lastOccurredAt", (select count(*) from walked) as walked
       from walked order by at desc, event_id desc, occurred_at desc limit 1) as last
     left join (${describedEvents(passing)}) as page on true
     order by page.at, page."eventKey", page."occurredAt"`,
    bindings.values,
  );
  const [first] = rows;
  if (first === undefined) return { events: [], next: null };
  const events = rows.flatMap((row) => (row.eventKey === null ? [] : [toStoredEvent(row)]));
  if (events.length === eventsAtOnce) return { events, next: events.at(-1) ?? null };
  if (first.walked < maxWalked) return { events, next: null };
  const last = { at: first.lastAt.getTime(), eventKey: first.lastKey, occurredAt: first.lastOccurredAt.getTime() };
  return { events, next: last };
}

// A row a file and project.
async function countArchived(pool: pg.Pool, projectId: string, { from, to }: TimeWindow): Promise<number> {
  const [row] = await query<{ events: number }>(
    pool,
    `select coalesce(sum(archive_part.rows), 0)::bigint as events from archive join archive_part using (archive_key)
     where kind = 'app_event' and state = 'archived' and project_id = $1 and first_at < $3 and last_at >= $2`,
    [projectId, toInstant(from), toInstant(to)],
  );
  return row?.events ?? 0;
}
