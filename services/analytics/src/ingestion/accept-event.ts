import {
  isPrintable,
  maxIdLength,
  maxPropertiesBytes,
  maxPropertiesDepth,
  type RejectReason,
  rejectReasons,
} from "@mobigen/analytics-contract";
import { pointerTo, shownKey } from "../json-pointer.js";
import { checkJsonObject } from "../json-value.js";
import type { AppEvent } from "../stores/event-store.js";
import { readDevice } from "./device.js";
import { idKey, timeOfUuidV7 } from "./ids.js";
import { parseInstant } from "./instant.js";

/** How far from the server's clock an event may lie, in milliseconds. */
export type AcceptanceWindow = { pastMs: number; aheadMs: number };

/** What the batch says of all its events. */
export type AcceptContext = {
  projectId: string;
  /** The server's time when the request came. */
  receivedAt: number;
  window: AcceptanceWindow;
  /** What the device's clock is behind the server's, in milliseconds; 0 where it needs no correction. */
  clockOffsetMs: number;
  isBot: boolean;
};

export type Verdict = { kind: "accepted"; event: AppEvent } | RejectedEvent;

export type RejectedEvent = {
  kind: "rejected";
  reason: RejectReason;
  /** Public; says what is wrong, and names the field. */
  message: string;
  /** JSON pointer into the event. */
  pointer: string;
  /** Null where the event has none that is valid. */
  eventId: string | null;
};

type Fields = Record<string, unknown>;
type Refusal = { reason: RejectReason; pointer: string; message?: string };
type Check = (fields: Fields, event: AppEvent, context: AcceptContext) => Refusal | null;

/** The first check that refuses an event names its reason, so their order is part of what clients see. */
const checks: readonly Check[] = [
  checkFieldNames,
  checkEventId,
  checkProject,
  checkType,
  checkSession,
  checkActor,
  checkTime,
  checkDevice,
  checkProperties,
  checkName,
];

/**
 * Judges one event as a client sent it. Pure, and written by hand for this is the hot path (a zod parse costs more than all
 * checks here); a test holds it to the contract's appEventSchema.
 */
export function acceptEvent(input: unknown, context: AcceptContext): Verdict {
  if (!isObject(input)) return rejected({ reason: "not_an_object", pointer: "" }, null);
  const event = emptyEvent(context);
  for (const check of checks) {
    const refusal = check(input, event, context);
    if (refusal !== null) return rejected(refusal, isId(input["eventId"]) ? input["eventId"] : null);
  }
  return { kind: "accepted", event };
}

const knownFields = new Set([
  "eventId",
  "type",
  "sessionId",
  "projectId",
  "timestamp",
  "name",
  "userId",
  "anonymousId",
  "properties",
  "device",
  "app",
]);

function checkFieldNames(fields: Fields): Refusal | null {
  for (const field in fields) {
    if (knownFields.has(field)) continue;
    const message = `the field "${shownKey(field)}" is not known`;
    return { reason: "unknown_field", pointer: pointerTo([field]), message };
  }
  return null;
}

function checkEventId({ eventId }: Fields, event: AppEvent): Refusal | null {
  if (!isId(eventId)) return { reason: "invalid_event_id", pointer: "/eventId" };
  const key = idKey(eventId);
  event.eventId = key.uuid;
  event.eventIdText = key.text;
  return null;
}

function checkProject({ projectId }: Fields, _event: AppEvent, context: AcceptContext): Refusal | null {
  if (isAbsent(projectId) || projectId === context.projectId) return null;
  return { reason: "project_mismatch", pointer: "/projectId" };
}

function checkType({ type }: Fields, event: AppEvent): Refusal | null {
  if (!isId(type)) return { reason: "invalid_type", pointer: "/type" };
  event.type = type;
  return null;
}

function checkSession({ sessionId }: Fields, event: AppEvent): Refusal | null {
  if (!isId(sessionId)) return { reason: "invalid_session_id", pointer: "/sessionId" };
  const key = idKey(sessionId);
  event.sessionId = key.uuid;
  event.sessionIdText = key.text;
  return null;
}

function checkActor({ userId, anonymousId }: Fields, event: AppEvent): Refusal | null {
  if (!isAbsent(userId) && !isId(userId)) return { reason: "invalid_actor", pointer: "/userId" };
  if (!isAbsent(anonymousId) && !isId(anonymousId)) return { reason: "invalid_actor", pointer: "/anonymousId" };
  if (!isAbsent(userId)) event.actor = { id: idKey(userId).uuid, kind: "user", text: userId };
  else if (!isAbsent(anonymousId)) {
    event.actor = { id: idKey(anonymousId).uuid, kind: "anonymous", text: anonymousId };
  }
  return null;
}

function checkTime({ eventId, timestamp }: Fields, event: AppEvent, context: AcceptContext): Refusal | null {
  const sent = isAbsent(timestamp) ? timeOfUuidV7(eventId as string) : parseInstant(timestamp);
  if (sent === null && !isAbsent(timestamp)) return { reason: "invalid_timestamp", pointer: "/timestamp" };
  event.occurredAt = sent ?? context.receivedAt;
  // The server's own time is right whatever the device's clock says.
  if (sent === null || context.clockOffsetMs === 0) return windowRefusal(event.occurredAt, context);
  if (sent < earliestClock || sent >= latestClock) {
    return { reason: "invalid_timestamp", pointer: "/timestamp", message: clockMessage };
  }
  event.correctedAt = sent + context.clockOffsetMs;
  return windowRefusal(event.correctedAt, context);
}

/** Where a device's clock may stand that the batch's sentAt corrects: some are stuck at the epoch, some years ahead. */
const earliestClock = 0;
const latestClock = Date.UTC(2100, 0, 1);
const clockMessage = "timestamp must lie between 1970 and 2100, by the device's own clock too";

function windowRefusal(at: number, { receivedAt, window }: AcceptContext): Refusal | null {
  if (at < receivedAt - window.pastMs) return { reason: "too_old", pointer: "/timestamp" };
  if (at > receivedAt + window.aheadMs) return { reason: "too_far_ahead", pointer: "/timestamp" };
  return null;
}

function checkDevice({ device, app }: Fields, event: AppEvent): Refusal | null {
  if (isAbsent(device) && isAbsent(app)) return null;
  const read = readDevice(device, app);
  if (read.kind === "bad") return { reason: "invalid_device", pointer: read.pointer, message: read.message };
  event.device = read.device;
  return null;
}

const propertiesLimits = { maxBytes: maxPropertiesBytes, maxDepth: maxPropertiesDepth };

function checkProperties({ properties }: Fields, event: AppEvent): Refusal | null {
  if (isAbsent(properties)) return null;
  const checked = checkJsonObject(properties, propertiesLimits);
  if (checked.kind === "ok") {
    event.properties = checked.json;
    return null;
  }
  const pointer = `/properties${checked.pointer}`;
  if (checked.problem === "too_large") return { reason: "properties_too_large", pointer };
  if (checked.problem === "too_deep") return { reason: "properties_too_deep", pointer };
  return { reason: "invalid_properties", pointer, message: `properties${checked.pointer} ${checked.message}` };
}

/** Where an event of this type carries its name when it has no `name`. */
const nameProperties: Readonly<Record<string, string>> = { screen_view: "screenName", custom: "eventName" };

function checkName({ type, name, properties }: Fields, event: AppEvent): Refusal | null {
  if (!isAbsent(name)) {
    if (!isId(name)) return { reason: "invalid_name", pointer: "/name" };
    event.name = name;
    return null;
  }
  const property = Object.hasOwn(nameProperties, type as string) ? nameProperties[type as string] : undefined;
  const named = property === undefined || isAbsent(properties) ? undefined : (properties as Fields)[property];
  if (typeof named !== "string" || named === "") return null;
  if (!isId(named)) return { reason: "invalid_name", pointer: `/properties/${property}` };
  event.name = named;
  return null;
}

/** Null stands for an optional field that is absent: many SDKs write it. */
function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= maxIdLength && isPrintable(value);
}

const noDevice = Object.freeze({
  platform: "",
  osVersion: "",
  appVersion: "",
  appBuild: "",
  model: "",
  manufacturer: "",
  locale: "",
  timezone: "",
});

function emptyEvent(context: AcceptContext): AppEvent {
  return {
    occurredAt: 0,
    receivedAt: context.receivedAt,
    correctedAt: null,
    eventId: "",
    eventIdText: null,
    sessionId: "",
    sessionIdText: null,
    actor: null,
    type: "",
    name: "",
    device: noDevice,
    isBot: context.isBot,
    country: null,
    properties: null,
  };
}

function rejected(refusal: Refusal, eventId: string | null): RejectedEvent {
  const { reason, pointer } = refusal;
  return { kind: "rejected", reason, pointer, message: refusal.message ?? rejectReasons[reason].message, eventId };
}
