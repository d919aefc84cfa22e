import { randomUUID } from "node:crypto";
import {
  maxMetadataBytes,
  maxMetadataDepth,
  type PlatformEventInput,
  type ProblemError,
} from "@mobigen/analytics-contract";
import { contentHash } from "./content-hash.js";
import { checkJsonObject } from "./json-value.js";
import { recordTime } from "./record-time.js";
import { type PlatformEvent, projectNameOf } from "./stores/platform-event-store.js";

/** A platform event whose metadata nobody has looked into yet. */
export type PlatformEventDraft = Omit<PlatformEventInput, "metadata"> & { metadata?: unknown };

export type AcceptedPlatformEvent = { kind: "ok"; event: PlatformEvent } | { kind: "bad"; fault: ProblemError };

/** An event as it will be stored, with a time and an id. Bad for a time outside 2020 … now + 24 h, and for bad metadata. */
export function acceptPlatformEvent(draft: PlatformEventDraft, now: number): AcceptedPlatformEvent {
  const time = recordTime(draft.timestamp, now);
  if (time.kind === "bad") return { kind: "bad", fault: { pointer: "/timestamp", reason: time.reason } };
  const metadata = draft.metadata === undefined ? undefined : checkMetadata(draft.metadata);
  if (metadata?.kind === "bad") {
    return { kind: "bad", fault: { pointer: `/metadata${metadata.pointer}`, reason: metadata.message } };
  }
  const event: PlatformEvent = {
    eventId: draft.eventId ?? randomUUID(),
    event: draft.event,
    userId: draft.userId ?? null,
    projectId: draft.projectId ?? null,
    occurredAt: time.at,
    receivedAt: now,
    metadata: metadata?.json ?? null,
    projectName: draft.event.startsWith("project.") ? nameIn(draft.metadata) : null,
    contentHash: hashOf(draft),
  };
  return { kind: "ok", event };
}

function checkMetadata(metadata: unknown) {
  return checkJsonObject(metadata, { maxBytes: maxMetadataBytes, maxDepth: maxMetadataDepth });
}

function nameIn(metadata: unknown): string | null {
  return typeof metadata === "object" && metadata !== null && "name" in metadata ? projectNameOf(metadata.name) : null;
}

// Of what the client sent and nothing of ours: a retry without a timestamp comes at another time and is the same event still.
function hashOf({ eventId: _, timestamp, ...sent }: PlatformEventDraft): Buffer {
  return contentHash({ ...sent, timestamp: timestamp === undefined ? undefined : Date.parse(timestamp) });
}

/** About how many bytes an event holds while it waits. */
export function platformEventBytes(event: PlatformEvent): number {
  const fixedBytes = 400;
  const texts = [event.eventId, event.event, event.userId, event.projectId, event.metadata];
  return texts.reduce((sum, text) => sum + 2 * (text?.length ?? 0), fixedBytes);
}
