import type { TimeWindow } from "../../types.js";
import type { DeviceFilter, EventFilter } from "../insight-filter.js";
import { within } from "./app-slices.js";
import { occurredIn } from "./corrected-days.js";
import type { Bindings } from "./slices.js";

/**
 * Conditions on `device_key`; none where every device will do. A list of keys, not a join: the planner hashes it once, and sessions
 * and events are passed over alike.
 */
export function deviceConditions(bindings: Bindings, { platform, version, timezones }: DeviceFilter): string[] {
  const conditions = [
    ...(platform === undefined ? [] : [`platform = ${bindings.bind(platform)}`]),
    ...(version === undefined ? [] : [`app_version = ${bindings.bind(version)}`]),
    ...(timezones === undefined ? [] : [`timezone = any(${bindings.bind(timezones)}::text[])`]),
  ];
  if (conditions.length === 0) return [];
  return [`device_key in (select device_key from device_profile where ${conditions.join(" and ")})`];
}

/** Conditions on `name_key`; none where every type and name will do. `project` is the project_key, bound. */
export function nameKeys(
  bindings: Bindings,
  project: string,
  { type, name }: Pick<EventFilter, "type" | "name">,
): string[] {
  const conditions = [
    ...(type === undefined ? [] : [`type = ${bindings.bind(type)}`]),
    ...(name === undefined ? [] : [`name = ${bindings.bind(name)}`]),
  ];
  if (conditions.length === 0) return [];
  // As an array, so that it is known before the walk over the events begins.
  const keys = `select name_key from event_name where project_key = ${project} and ${conditions.join(" and ")}`;
  return [`name_key = any(array(${keys}))`];
}

/** Conditions on the columns of app_event, beside those of project and time. */
export function eventConditions(bindings: Bindings, project: string, filter: EventFilter): string[] {
  return [
    ...deviceConditions(bindings, filter),
    ...nameKeys(bindings, project, filter),
    ...(filter.properties ?? []).map(
      ({ key, value }) => `properties ->> ${bindings.bind(key)}::text = ${bindings.bind(value)}`,
    ),
  ];
}

export type EventSelection = {
  /** The project_key, bound. */
  project: string;
  window: TimeWindow;
  /** Where the window's corrected events are: readCorrectedRanges(). */
  corrected: readonly TimeWindow[];
  columns: string;
  conditions: readonly string[];
};

/**
 * A subselect, ready to stand behind `from`, of a project's events in a window by the time that they count by (`at`). Served by the
 * primary key (project_key, occurred_at, event_id), and where a device's clock was corrected by app_event_corrected_at. For windows
 * that are known to hold a bounded number of events.
 */
export function eventsIn(
  bindings: Bindings,
  { project, window, corrected, columns, conditions }: EventSelection,
): string {
  const branch = (at: string, more: readonly string[]): string =>
    `select ${at} as at, ${columns} from app_event
     where ${[`project_key = ${project}`, within(bindings, at, window), ...more, ...conditions].join(" and ")}`;
  const branches = [branch("occurred_at", ["corrected_at is null"])];
  if (corrected.length > 0) branches.push(branch("corrected_at", [occurredIn(bindings, corrected)]));
  return `(${branches.join(" union all ")})`;
}
