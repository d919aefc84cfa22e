import type { ExportedEvent } from "@mobigen/analytics-contract";
import type { StoredEvent } from "../stores/timeline-event.js";
import { countryOf } from "./countries.js";
import { instant } from "./question.js";
import { orNull } from "./timeline.js";

/** An event with all that it said, as exports have it. */
export function toExportedEvent(event: StoredEvent): ExportedEvent {
  const { actor, device } = event;
  return {
    timestamp: instant(event.at),
    sentTimestamp: instant(event.occurredAt),
    receivedAt: instant(event.receivedAt),
    eventId: event.eventId,
    type: event.type,
    name: orNull(event.name),
    sessionId: event.sessionId,
    userId: actor?.kind === "user" ? actor.id : null,
    anonymousId: actor?.kind === "anonymous" ? actor.id : null,
    platform: orNull(device.platform),
    osVersion: orNull(device.osVersion),
    appVersion: orNull(device.appVersion),
    appBuild: orNull(device.appBuild),
    model: orNull(device.model),
    manufacturer: orNull(device.manufacturer),
    locale: orNull(device.locale),
    deviceTimezone: orNull(device.timezone),
    country: event.country ?? countryOf(device.timezone),
    isBot: event.isBot,
    properties: event.properties as ExportedEvent["properties"],
  };
}
