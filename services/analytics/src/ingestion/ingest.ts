import { type RejectReason, rejectReasons } from "@mobigen/analytics-contract";
import type { AppEvent } from "../stores/event-store.js";
import type { Clock, KeyProject } from "../types.js";
import { type AcceptanceWindow, type AcceptContext, acceptEvent } from "./accept-event.js";
import { isBotAgent } from "./bots.js";
import type { EventBuffer } from "./event-buffer.js";

export type IngestRequest = {
  project: KeyProject;
  /** The events as the client sent them, at most maxEventsPerBatch; each is judged by itself. */
  events: readonly unknown[];
  /** The device's clock as it sent, in milliseconds since the epoch. */
  sentAt?: number | undefined;
  userAgent?: string | undefined;
};

export type RejectedEntry = {
  index: number;
  eventId: string | null;
  code: RejectReason;
  message: string;
  retryable: boolean;
  /** JSON pointer into the event. */
  pointer: string;
};

export type IngestResult = {
  /** Events that are stored now, those included that were stored before. */
  accepted: number;
  rejected: number;
  duplicates: number;
  errors: RejectedEntry[];
};

/**
 * Judges the events, stores the accepted ones and what became of the others (the ledger), and resolves after the commit.
 * Rejects when that failed: nothing is stored or accounted for then, and sending again is safe.
 */
export type Ingest = (request: IngestRequest) => Promise<IngestResult>;

export type IngestDeps = { buffer: EventBuffer; clock: Clock; window: AcceptanceWindow };

/** Below this a difference between the clocks may be the network's: it is left alone. */
const clockToleranceMs = 10 * 60_000;

export function createIngest({ buffer, clock, window }: IngestDeps): Ingest {
  return async ({ project, events, sentAt, userAgent }) => {
    const receivedAt = clock().getTime();
    const { accepted, errors } = judge(events, {
      projectId: project.id,
      receivedAt,
      window,
      clockOffsetMs: clockOffset(receivedAt, sentAt),
      isBot: isBotAgent(userAgent),
    });
    const rejected = errors.map((error) => error.code);
    const { duplicates } = await buffer.submit(project, {
      receivedAt,
      received: events.length,
      events: accepted,
      rejected,
    });
    return { accepted: accepted.length, rejected: errors.length, duplicates, errors };
  };
}

/** What to add to the device's times to have the server's, in milliseconds; 0 for a clock that is right. */
function clockOffset(receivedAt: number, sentAt: number | undefined): number {
  if (sentAt === undefined) return 0;
  const offset = receivedAt - sentAt;
  return Math.abs(offset) > clockToleranceMs ? offset : 0;
}

function judge(events: readonly unknown[], context: AcceptContext): { accepted: AppEvent[]; errors: RejectedEntry[] } {
  const accepted: AppEvent[] = [];
  const errors: RejectedEntry[] = [];
  for (const [index, input] of events.entries()) {
    const verdict = acceptEvent(input, context);
    if (verdict.kind === "accepted") {
      accepted.push(verdict.event);
      continue;
    }
    const { reason, message, pointer, eventId } = verdict;
    errors.push({ index, eventId, code: reason, message, retryable: rejectReasons[reason].retryable, pointer });
  }
  return { accepted, errors };
}
