import type pg from "pg";
import { type TimeWindow, toInstant } from "../../types.js";
import type { StoredEvent, TimelinePage, TimelinePageQuery, TimelinePosition } from "../timeline-event.js";
import { eventsIn } from "./insight-conditions.js";
import { createBindings } from "./slices.js";
import { describedEvents, type TimelineRow, timelineColumns, toStoredEvent } from "./timeline-rows.js";
import { query } from "./transaction.js";

/** Whose events: there is no index of either, so the windows say where to look. */
export type TimelineOwner = { projectKey: number; column: "session_id" | "actor_id"; key: string };

/** Each window is a statement: a page that they don't fill ends there, and the next one goes on. */
const maxWindows = 200;

/**
 * A page of somebody's events out of windows of time, which don't overlap and are in the order that is asked for. A statement reads the events of a
 * window, all of the project, until the page is full; so windows should be narrow (a UTC day at most). Where the page is not
 * full after 200 of them, it is what it is.
 */
export async function readTimeline(
  pool: pg.Pool,
  owner: TimelineOwner,
  windows: readonly TimeWindow[],
  { after, limit, order }: TimelinePageQuery,
): Promise<TimelinePage> {
  const left = after === null ? windows : windows.flatMap((window) => cut(window, after, order));
  const events: StoredEvent[] = [];
  for (const window of left.slice(0, maxWindows)) {
    events.push(...(await readWindow(pool, owner, window, { after, limit: limit + 1 - events.length, order })));
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

// The primary key's range of the window (project_key, occurred_at), and app_event_corrected_at's; walked in order, so that it ends
// when the page is full.
async function readWindow(
  pool: pg.Pool,
  { projectKey, column, key }: TimelineOwner,
  window: TimeWindow,
  { after, limit, order }: TimelinePageQuery,
): Promise<StoredEvent[]> {
  const bindings = createBindings();
  const project = `${bindings.bind(projectKey)}::integer`;
  const events = eventsIn(bindings, {
    ...{ project, window, columns: timelineColumns },
    conditions: [`${column} = ${bindings.bind(key)}::uuid`],
  });
  const behind =
    after === null
      ? "true"
      : `(at, event_id, occurred_at) ${order === "asc" ? ">" : "<"} (${bindings.bind(toInstant(after.at))}::timestamptz,
          ${bindings.bind(after.eventKey)}::uuid, ${bindings.bind(toInstant(after.occurredAt))}::timestamptz)`;
  const inOrder = `order by event.at ${order}, event.event_id ${order}, event.occurred_at ${order}`;
  const page = `(select * from ${events} as event where ${behind} ${inOrder} limit ${bindings.bind(limit)})`;
  const rows = await query<TimelineRow>(pool, `${describedEvents(page)} ${inOrder}`, bindings.values);
  return rows.map(toStoredEvent);
}
