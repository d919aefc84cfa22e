import { idKey } from "../../src/ingestion/ids.js";
import type { AppEvent, EventActor } from "../../src/stores/event-store.js";

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
    receivedAt: occurredAt + 1_000,
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
