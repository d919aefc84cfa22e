import type { TimelineEvent } from "@mobigen/analytics-contract";
import { decodeCursor, encodeCursor } from "../cursor.js";
import { invalidQuery } from "../errors.js";
import type { StoredEvent, TimelinePosition } from "../stores/timeline-event.js";
import { countryOf } from "./countries.js";
import { instant } from "./question.js";

/** An event as the API shows it. Its country is the stored one, else the one that the device's time zone tells. */
export function toTimelineEvent(event: StoredEvent): TimelineEvent {
  return {
    eventId: event.eventId,
    timestamp: instant(event.at),
    receivedAt: instant(event.receivedAt),
    type: event.type,
    name: orNull(event.name),
    sessionId: event.sessionId,
    actor: event.actor,
    platform: orNull(event.device.platform),
    appVersion: orNull(event.device.appVersion),
    country: event.country ?? countryOf(event.device.timezone),
    isBot: event.isBot,
    properties: event.properties as TimelineEvent["properties"],
  };
}

/** What a device does not say is '' in the database and null on the wire. */
export function orNull(text: string): string | null {
  return text === "" ? null : text;
}

/** The cursor that stands behind an event of a timeline. */
export function timelineCursor({ at, eventKey, occurredAt }: TimelinePosition): string {
  return encodeCursor([at, `${eventKey}/${occurredAt}`]);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
// What Date holds.
const maxTime = 8.64e15;

/** @throws ApiError invalid_query for anything that is no cursor of a timeline. */
export function readTimelineCursor(cursor: string): TimelinePosition {
  const [at, identity] = decodeCursor(cursor);
  const [eventKey = "", time = ""] = String(identity).split("/");
  const occurredAt = Number(time);
  if (!uuid.test(eventKey) || time === "" || !Number.isSafeInteger(occurredAt) || Math.abs(occurredAt) > maxTime) {
    throw invalidQuery("cursor", "is not one that a list gave out");
  }
  return { at, eventKey, occurredAt };
}
