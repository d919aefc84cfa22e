import type { DeviceProfile } from "../event-store.js";
import type { StoredEvent } from "../timeline-event.js";

/** What a selection of app_event needs to have for its rows to be described; `at` beside them (see eventsIn). */
export const timelineColumns = `project_key, occurred_at, received_at, event_id, event_id_text, session_id, actor_id, actor_is_user,
  name_key, device_key, country, is_bot, properties`;

/** A row of `describedEvents`. */
export type TimelineRow = {
  at: Date;
  occurredAt: Date;
  receivedAt: Date;
  eventKey: string;
  eventIdText: string | null;
  type: string;
  name: string;
  sessionKey: string;
  sessionIdText: string | null;
  actorKey: string | null;
  actorText: string | null;
  actorIsUser: boolean;
  country: string | null;
  isBot: boolean;
  properties: Record<string, unknown> | null;
} & DeviceProfile;

/**
 * A select of the events of `selection` (a subselect in brackets, of `at` and the columns above) with their texts, for `toStoredEvent`.
 * A look into four primary keys for each row, so the selection should be the page already; its order is lost. The inner alias `event` may be
 * used in an `order by` behind it.
 */
export function describedEvents(selection: string): string {
  return `select event.at, event.occurred_at as "occurredAt", event.received_at as "receivedAt", event.event_id as "eventKey",
      event.event_id_text as "eventIdText", event_name.type, event_name.name, event.session_id as "sessionKey",
      session.session_id_text as "sessionIdText", event.actor_id as "actorKey", actor.id_text as "actorText",
      event.actor_is_user as "actorIsUser", event.country, event.is_bot as "isBot", event.properties,
      device.platform, device.os_version as "osVersion", device.app_version as "appVersion", device.app_build as "appBuild",
      device.model, device.manufacturer, device.locale, device.timezone
    from ${selection} as event
    join event_name using (name_key)
    join device_profile as device using (device_key)
    left join session on session.project_key = event.project_key and session.session_id = event.session_id
    left join actor on actor.project_key = event.project_key and actor.actor_id = event.actor_id`;
}

export function toStoredEvent(row: TimelineRow): StoredEvent {
  const { platform, osVersion, appVersion, appBuild, model, manufacturer, locale, timezone } = row;
  return {
    at: row.at.getTime(),
    occurredAt: row.occurredAt.getTime(),
    receivedAt: row.receivedAt.getTime(),
    eventKey: row.eventKey,
    eventId: row.eventIdText ?? row.eventKey,
    type: row.type,
    name: row.name,
    sessionId: row.sessionIdText ?? row.sessionKey,
    // A key without a text is the text.
    actor:
      row.actorKey === null
        ? null
        : { id: row.actorText ?? row.actorKey, kind: row.actorIsUser ? "user" : "anonymous" },
    device: { platform, osVersion, appVersion, appBuild, model, manufacturer, locale, timezone },
    country: row.country,
    isBot: row.isBot,
    properties: row.properties,
  };
}
