import type { ArchiveColumn, ArchiveDay, ArchiveRow } from "../archive-store.js";
import { dayMs } from "./archive-rows.js";
import { defaultPartition, partitionName } from "./partitions.js";

/** The table that holds a day's rows. */
export function tableOf(day: ArchiveDay): string {
  return day === null ? defaultPartition : partitionName(Date.parse(day) / dayMs);
}

/**
 * Once this is past an event's retention, its client can say nothing that would have it accepted again and not be looked for among
 * the archived ones: its time by its own clock is over as well as the one that it counts by. (`greatest` passes over nulls.)
 */
export const settledAt = "greatest(event.occurred_at, event.corrected_at)";

/** The time that an event counts by, as everywhere. */
export const countedAt = "coalesce(event.corrected_at, event.occurred_at)";

/** Identities, for the rows of an event never change. They are different, so that none cancels another out. */
export const eventDigest =
  "coalesce(bit_xor(hash_record_extended((event.project_key, event.occurred_at, event.event_id), 0)), 0)";

/** Names as they were sent, not keys: the file makes sense without this database, and in another one. */
export const eventColumns: readonly (ArchiveColumn & { sql: string })[] = [
  { name: "project_id", type: "text", sql: "part.project_id" },
  { name: "occurred_at", type: "instant", sql: "event.occurred_at" },
  { name: "received_at", type: "instant", sql: "event.received_at" },
  { name: "corrected_at", type: "instant", optional: true, sql: "event.corrected_at" },
  { name: "event_id", type: "uuid", sql: "event.event_id" },
  { name: "event_id_text", type: "text", optional: true, sql: "event.event_id_text" },
  { name: "type", type: "text", sql: "event_name.type" },
  { name: "name", type: "text", sql: "event_name.name" },
  { name: "session_id", type: "uuid", sql: "event.session_id" },
  { name: "actor_id", type: "uuid", optional: true, sql: "event.actor_id" },
  { name: "actor_text", type: "text", optional: true, sql: "actor.id_text" },
  { name: "actor_is_user", type: "flag", sql: "event.actor_is_user" },
  { name: "is_bot", type: "flag", sql: "event.is_bot" },
  { name: "country", type: "text", optional: true, sql: "event.country" },
  { name: "platform", type: "text", sql: "device.platform" },
  { name: "os_version", type: "text", sql: "device.os_version" },
  { name: "app_version", type: "text", sql: "device.app_version" },
  { name: "app_build", type: "text", sql: "device.app_build" },
  { name: "model", type: "text", sql: "device.model" },
  { name: "manufacturer", type: "text", sql: "device.manufacturer" },
  { name: "locale", type: "text", sql: "device.locale" },
  { name: "timezone", type: "text", sql: "device.timezone" },
  { name: "properties", type: "text", optional: true, sql: "event.properties::text" },
];

const place = Object.fromEntries(eventColumns.map(({ name }, n) => [name, n]));

/** A value of a row by its column's name. */
export function cellOf(row: ArchiveRow, name: string): ArchiveRow[number] {
  return row[place[name] ?? -1] ?? null;
}
