import type { Money } from "../../src/money.js";

export type EventEntry = { kind: "event"; id: string; projectId: string; occurredAt: number };
export type UsageEntry = {
  kind: "usage";
  id: string;
  userId: string;
  projectId: string | null;
  inputTokens: number;
  outputTokens: number;
  /** Null for a model without a price. */
  cost: Money | null;
};
export type PlatformEntry = { kind: "platform"; id: string; event: string; projectId: string };
/** Something a client sends that has an identity: what the database must hold once, or, unacknowledged, once at most. */
export type Entry = EventEntry | UsageEntry | PlatformEntry;

export type Kind = Entry["kind"];
export const kinds: readonly Kind[] = ["event", "usage", "platform"];

/** What the clients know: everything they sent, and what of it was acknowledged. */
export type Notebook = {
  /** Noted before the first byte leaves. */
  sending(entries: readonly Entry[]): void;
  /** A 200 or 201 came. `newlyStored` is how many of them its reply called new. */
  acknowledged(entries: readonly Entry[], newlyStored: number): void;
  /** An attempt came to nothing that is known: it may have been stored. */
  unsure(entries: readonly Entry[]): void;
  /** A reply that no client may get, or that says what is not so. */
  fault(text: string): void;
  noteReply(status: number): void;
  noteRetry(): void;
  noteGivenUp(): void;

  sent(kind: Kind): ReadonlyMap<string, Entry>;
  isAcknowledged(kind: Kind, id: string): boolean;
  /** False for what was only ever answered by "nothing was stored": it must not be there. */
  mayBeStored(kind: Kind, id: string): boolean;
  acknowledgements(): number;
  counts(kind: Kind): { sent: number; acknowledged: number; newlyStored: number };
  summary(): Summary;
};

export type Summary = {
  requests: { retried: number; givenUp: number };
  statuses: Record<string, number>;
  faults: string[];
  /** Milliseconds: the longest time between two acknowledgements, of any client. */
  longestOutageMs: number;
};

const maxFaults = 50;
const worthALineMs = 3_000;

/** `onOutage` is called at the end of a time without any acknowledgement that is worth a line, with its length. */
export function createNotebook(onOutage: (ms: number) => void): Notebook {
  const sent = { event: new Map<string, Entry>(), usage: new Map<string, Entry>(), platform: new Map<string, Entry>() };
  const acknowledged = { event: new Set<string>(), usage: new Set<string>(), platform: new Set<string>() };
  const unsure = { event: new Set<string>(), usage: new Set<string>(), platform: new Set<string>() };
  const newlyStored = { event: 0, usage: 0, platform: 0 };
  const statuses: Record<string, number> = {};
  const faults: string[] = [];
  let [acknowledgements, retried, givenUp, longestOutageMs] = [0, 0, 0, 0];
  let lastAcknowledgedAt: number | undefined;

  return {
    sending(entries) {
      for (const entry of entries) sent[entry.kind].set(entry.id, entry);
    },
    acknowledged(entries, isNew) {
      acknowledgements += 1;
      const now = performance.now();
      const outageMs = now - (lastAcknowledgedAt ?? now);
      longestOutageMs = Math.max(longestOutageMs, outageMs);
      if (outageMs > worthALineMs) onOutage(outageMs);
      lastAcknowledgedAt = now;
      for (const entry of entries) acknowledged[entry.kind].add(entry.id);
      const kind = entries[0]?.kind;
      if (kind !== undefined) newlyStored[kind] += isNew;
    },
    unsure(entries) {
      for (const entry of entries) unsure[entry.kind].add(entry.id);
    },
    fault(text) {
      if (faults.length < maxFaults) faults.push(text);
    },
    noteReply(status) {
      statuses[status] = (statuses[status] ?? 0) + 1;
    },
    noteRetry() {
      retried += 1;
    },
    noteGivenUp() {
      givenUp += 1;
    },
    sent: (kind) => sent[kind],
    isAcknowledged: (kind, id) => acknowledged[kind].has(id),
    mayBeStored: (kind, id) => acknowledged[kind].has(id) || unsure[kind].has(id),
    acknowledgements: () => acknowledgements,
    counts: (kind) => ({
      sent: sent[kind].size,
      acknowledged: acknowledged[kind].size,
      newlyStored: newlyStored[kind],
    }),
    summary: () => ({ requests: { retried, givenUp }, statuses, faults, longestOutageMs }),
  };
}
