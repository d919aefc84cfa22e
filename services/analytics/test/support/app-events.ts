import { idKey } from "../../src/ingestion/ids.js";
import type { AppEvent, EventActor, EventBatch } from "../../src/stores/event-store.js";

const noDevice = {
  platform: "",
  osVersion: "",
  appVersion: "",
  appBuild: "",
  model: "",
  manufacturer: "",
  locale: "",
  timezone: "",
};

/** When all of them came in, unless a test says otherwise. */
export const receivedAt = Date.parse("2026-01-04T08:05:00Z");

/** What a request held that had these events, and some that were refused for the given reasons. */
export function eventBatch(
  projectKey: number,
  events: readonly AppEvent[],
  rejected: EventBatch["rejected"] = [],
): EventBatch {
  return {
    projectKey,
    receivedAt: events[0]?.receivedAt ?? receivedAt,
    received: events.length + rejected.length,
    events,
    rejected,
  };
}

/** An accepted event; ids are given as clients send them. */
export function appEvent({
  eventId,
  at,
  sessionId = "session",
  actor,
  ...more
}: { eventId: string; at: string | number; sessionId?: string; actor?: string | undefined } & Partial<
  Omit<AppEvent, "eventId" | "sessionId" | "actor">
>): AppEvent {
  const event = idKey(eventId);
  const session = idKey(sessionId);
  const occurredAt = typeof at === "number" ? at : Date.parse(at);
  return {
    occurredAt,
    receivedAt,
    correctedAt: null,
    eventId: event.uuid,
    eventIdText: event.text,
    sessionId: session.uuid,
    sessionIdText: session.text,
    actor: actor === undefined ? null : anonymous(actor),
    type: "screen_view",
    name: "Home",
    device: { ...noDevice, platform: "ios" },
    isBot: false,
    country: null,
    properties: null,
    ...more,
  };
}

function anonymous(text: string): EventActor {
  return { id: idKey(text).uuid, kind: "anonymous", text };
}
