import type pg from "pg";
import { type TimeWindow, toInstant } from "../../types.js";
import type { StoredEvent, TimelinePage, TimelinePageQuery, TimelinePosition } from "../timeline-event.js";
import { within } from "./app-slices.js";
import { occurredIn, readCorrectedRanges } from "./corrected-days.js";
import { createBindings } from "./slices.js";
import { describedEvents, type TimelineRow, timelineColumns, toStoredEvent } from "./timeline-rows.js";
import { query } from "./transaction.js";

/** Whose events: there is no index of either, so the windows say where to look. */
export type TimelineOwner = {
  projectKey: number;
  column: "session_id" | "actor_id";
  key: string;
  /** How many windows one statement may read at most: 1 where they are wide. */
  windowsAtOnce: number;
};

/** A page that they don't fill ends there, and the next one goes on. */
const maxWindows = 200;

/**
 * A page of somebody's events out of windows of time, which don't overlap and are in the order that is asked for. A statement reads all
 * events that the project has in its windows, so these should be narrow (a UTC day at most). Where the page is not full after 200 of
 * them, it is what it is.
 */
export async function readTimeline(
  pool: pg.Pool,
  owner: TimelineOwner,
  windows: readonly TimeWindow[],
  { after, limit, order }: TimelinePageQuery,
): Promise<TimelinePage> {
  const left = after === null ? windows : windows.flatMap((window) => cut(window, after, order));
  const events: StoredEvent[] = [];
  // The first window alone fills many a page; where it does not, planning a statement takes longer than reading another one.
  let size = 1;
  for (let n = 0; n < Math.min(left.length, maxWindows); n += size, size = Math.min(size * 2, owner.windowsAtOnce)) {
    const some = left.slice(n, Math.min(n + size, maxWindows));
    events.push(...(await readWindows(pool, owner, some, { after, limit: limit + 1 - events.length, order })));
    if (events.length > limit) return { events: events.slice(0, limit), next: events[limit - 1] ?? null };
  }
  const rest = left[maxWindows];
  return { events, next: rest === undefined ? null : edgeOf(rest, order) };
}

/** What is left of a window behind a position. */
function cut({ from, to }: TimeWindow, { at }: TimelinePosition, order: "asc" | "desc"): TimeWindow[] {
  const rest = order === "asc" ? { from: Math.max(from, at), to } : { from, to: Math.min(to, at + 1) };
  return rest.from < rest.to ? [rest] : [];
}

const leastKey = "00000000-0000-0000-0000-000000000000";

/** The place right before a window's first event. */
function edgeOf({ from, to }: TimeWindow, order: "asc" | "desc"): TimelinePosition {
  return { at: order === "asc" ? from : to, eventKey: leastKey, occurredAt: -1 };
}

// The primary key's range of each window (project_key, occurred_at), and once app_event_corrected_at's of all of them: the owner
// has no event between them. A single window is walked in order, so that it ends when the page is full.
async function readWindows(
  pool: pg.Pool,
  { projectKey, column, key }: TimelineOwner,
  windows: readonly TimeWindow[],
  { after, limit, order }: TimelinePageQuery,
): Promise<StoredEvent[]> {
  const corrected = await readCorrectedRanges(pool, windows, { projectKey });
  const bindings = createBindings();
  const owned = `project_key = ${bindings.bind(projectKey)}::integer and ${column} = ${bindings.bind(key)}::uuid`;
  const branch = (at: string, window: TimeWindow, more = ""): string =>
    `select ${at} as at, ${timelineColumns} from app_event where ${owned} and ${within(bindings, at, window)}${more}`;
  const whole = {
    from: Math.min(...windows.map(({ from }) => from)),
    to: Math.max(...windows.map(({ to }) => to)),
  };
  const branches = [
    ...windows.map((window) => branch("occurred_at", window, " and corrected_at is null")),
    ...(corrected.length > 0 ? [branch("corrected_at", whole, ` and ${occurredIn(bindings, corrected)}`)] : []),
  ];
  const behind =
    after === null
      ? "true"
      : `(at, event_id, occurred_at) ${order === "asc" ? ">" : "<"} (${bindings.bind(toInstant(after.at))}::timestamptz,
          ${bindings.bind(after.eventKey)}::uuid, ${bindings.bind(toInstant(after.occurredAt))}::timestamptz)`;
  const inOrder = `order by event.at ${order}, event.event_id ${order}, event.occurred_at ${order}`;
  const page = `(select * from (${branches.join(" union all ")}) as event where ${behind} ${inOrder} limit ${bindings.bind(limit)})`;
  const rows = await query<TimelineRow>(pool, `${describedEvents(page)} ${inOrder}`, bindings.values);
  return rows.map(toStoredEvent);
}
