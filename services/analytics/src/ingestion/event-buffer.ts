import { createGroupCommit } from "../group-commit.js";
import type { BatchOutcome, EventBatch, EventStore } from "../stores/event-store.js";
import type { KeyProject } from "../types.js";

export type EventBufferOptions = {
  append: EventStore["append"];
  maxQueuedEvents: number;
  maxQueuedBytes: number;
  /** A flush takes whole batches up to this many events. */
  maxFlushEvents: number;
  /** How long a lone batch waits for company, in milliseconds. */
  flushIntervalMs: number;
  concurrentFlushes: number;
  /** See GroupCommitOptions. */
  refusal?: () => Error | null;
};

export type EventBuffer = {
  /**
   * Resolves after the commit that holds the batch; rejects with `overloaded` at once when the buffer is full. A batch of refused
   * events alone waits like any other: the ledger is to have them.
   */
  submit(project: KeyProject, batch: Omit<EventBatch, "projectKey">): Promise<BatchOutcome>;
  /** Events that wait for their commit, by project id; projects with none are left out. */
  waitingByProject(): Record<string, number>;
  /** Resolves when nothing waits any more. */
  drain(): Promise<void>;
};

/** An upper guess of what an event holds beside its properties: ids, device, name, list entries, and its row as it is sent. */
const bytesPerEvent = 2_000;
/** The same of a refused event's verdict, and of a batch itself. */
const bytesPerRejection = 300;
const bytesPerBatch = 500;

/** The bounded buffer between requests and the store: batches that come together are committed together. */
export function createEventBuffer(options: EventBufferOptions): EventBuffer {
  const waiting = new Map<string, number>();
  const commits = createGroupCommit<EventBatch, BatchOutcome>({
    name: "app events",
    flush: options.append,
    maxQueuedRows: options.maxQueuedEvents,
    maxQueuedBytes: options.maxQueuedBytes,
    maxFlushRows: options.maxFlushEvents,
    flushIntervalMs: options.flushIntervalMs,
    concurrentFlushes: options.concurrentFlushes,
    ...(options.refusal === undefined ? {} : { refusal: options.refusal }),
    ownerOf: (batch) => batch.projectKey,
  });

  async function submit(project: KeyProject, batch: Omit<EventBatch, "projectKey">): Promise<BatchOutcome> {
    // One row at least: its line in the ledger.
    const weight = { rows: Math.max(batch.events.length, 1), bytes: bytesOf(batch) };
    addWaiting(project.id, batch.events.length);
    try {
      return await commits.submit({ ...batch, projectKey: project.projectKey }, weight);
    } finally {
      addWaiting(project.id, -batch.events.length);
    }
  }

  function addWaiting(projectId: string, events: number): void {
    const count = (waiting.get(projectId) ?? 0) + events;
    if (count === 0) waiting.delete(projectId);
    else waiting.set(projectId, count);
  }

  return { submit, waitingByProject: () => Object.fromEntries(waiting), drain: commits.drain };
}

function bytesOf({ events, rejected }: Omit<EventBatch, "projectKey">): number {
  let bytes = bytesPerBatch + rejected.length * bytesPerRejection;
  for (const event of events) bytes += bytesPerEvent + (event.properties?.length ?? 0) * 2;
  return bytes;
}
