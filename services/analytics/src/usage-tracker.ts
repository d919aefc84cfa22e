import type { ProblemError, ProjectUsageStats, UsageRecordInput, UsageStats } from "@mobigen/analytics-contract";
import type { Logger } from "pino";
import { createGroupCommit } from "./group-commit.js";
import { isDatabaseOutage } from "./outage.js";
import { localDate, type ResolvedWindow, timeBoundaries } from "./periods.js";
import { acceptPlatformEvent, type PlatformEventDraft, platformEventBytes } from "./platform-event.js";
import type { PriceList } from "./price-list.js";
import type { ConflictStore, UsageConflictNote } from "./stores/conflict-store.js";
import type { CounterStore } from "./stores/counter-store.js";
import type { PlatformEvent, PlatformEventOutcome, PlatformEventStore } from "./stores/platform-event-store.js";
import type {
  AppendOutcome,
  Receipt,
  UsageBreakdown,
  UsageRecord,
  UsageStore,
  UsageSubject,
} from "./stores/usage-store.js";
import type { Clock } from "./types.js";
import { acceptUsage, usageBytes } from "./usage-record.js";

// A request weighs up to 1,000 rows: fifty full ones wait at most, or what holds 64 MB.
const maxQueuedRows = 50_000;
const maxQueuedBytes = 64 * 1024 * 1024;
const maxFlushRows = 1_000;
// No wait for company: while one flush is under way the next one gathers.
const flushIntervalMs = 0;
// One writes while the other's commit waits for the disk; more would only wait for each other's rollup rows.
const concurrentFlushes = 2;

const maxLoggedConflicts = 10;

const queueBounds = { maxQueuedRows, maxQueuedBytes, maxFlushRows, flushIntervalMs, concurrentFlushes };

export type UsageTrackerDeps = {
  usage: UsageStore;
  platformEvents: PlatformEventStore;
  conflicts: ConflictStore;
  prices: PriceList;
  counters: Pick<CounterStore, "recordUsage">;
  /** Called when records may be stored that nobody counted: the database went away, perhaps after their commit. */
  onUncounted: () => void;
  /** See GroupCommitOptions. */
  refusal?: () => Error | null;
  clock: Clock;
  logger: Pick<Logger, "warn">;
};

/** What became of one LLM call. A duplicate has the receipt of the first time; a receipt is null without a price. */
export type UsageVerdict =
  | { kind: "stored" | "duplicate"; requestId: string; receipt: Receipt | null }
  | { kind: "conflict"; requestId: string }
  | { kind: "refused"; fault: ProblemError };

export type PlatformEventVerdict =
  | { kind: "stored" | "duplicate" | "conflict"; eventId: string }
  | { kind: "refused"; fault: ProblemError };

export type UsageTracker = {
  /**
   * Resolves after the commit, to a verdict for each call, in order. `sentBy` is who the list of conflicts names. Throws
   * overloaded and store_unavailable.
   */
  recordUsage(inputs: readonly UsageRecordInput[], sentBy?: string): Promise<UsageVerdict[]>;
  /** The same for platform events. */
  recordPlatformEvents(drafts: readonly PlatformEventDraft[]): Promise<PlatformEventVerdict[]>;
  /** What a user, or a project, used in the window: zeros when nothing is known. Days of the window's time zone. */
  usageOfUser(userId: string, window: ResolvedWindow): Promise<UsageStats>;
  usageOfProject(projectId: string, window: ResolvedWindow): Promise<ProjectUsageStats>;
  /** Rows that wait for their commit. */
  queuedRows(): number;
  /** Resolves when everything that was taken is committed. */
  drain(): Promise<void>;
};

/** Records LLM calls and platform events, many requests to a commit, and tells how much was used. */
export function createUsageTracker(deps: UsageTrackerDeps): UsageTracker {
  const { clock, logger } = deps;
  const queueOptions = { ...queueBounds, ...(deps.refusal === undefined ? {} : { refusal: deps.refusal }) };
  const usageQueue = createGroupCommit<UsageRecord[], AppendOutcome[]>({
    ...queueOptions,
    name: "usage records",
    flush: async (requests) => {
      const records = requests.flat();
      const outcomes = await append(deps, records);
      await count(deps, records, outcomes);
      return unflatten(requests, outcomes);
    },
  });
  const eventQueue = createGroupCommit<PlatformEvent[], PlatformEventOutcome[]>({
    ...queueOptions,
    name: "platform events",
    flush: async (requests) => unflatten(requests, await deps.platformEvents.append(requests.flat())),
  });

  async function recordUsage(inputs: readonly UsageRecordInput[], sentBy = "unknown"): Promise<UsageVerdict[]> {
    const now = clock().getTime();
    const accepted = inputs.map((input) => acceptUsage(input, deps.prices, now));
    const records = accepted.flatMap((entry) => (entry.kind === "ok" ? [entry.record] : []));
    const bytes = records.reduce((sum, record) => sum + usageBytes(record), 0);
    const outcomes = records.length === 0 ? [] : await usageQueue.submit(records, { rows: records.length, bytes });
    let next = 0;
    const conflicts: UsageConflictNote[] = [];
    const verdicts = accepted.map((entry, n): UsageVerdict => {
      if (entry.kind === "bad") return { kind: "refused", fault: entry.fault };
      const { requestId, contentHash } = entry.record;
      const outcome = outcomes[next++];
      if (outcome === undefined) throw new Error("a record has no outcome");
      if (outcome.kind === "conflict") {
        const { requestId: _, ...content } = inputs[n] ?? {};
        conflicts.push({ requestId, contentHash, at: now, sentBy, content });
      }
      return { ...outcome, requestId };
    });
    if (conflicts.length > 0) await noteConflicts(conflicts);
    return verdicts;
  }

  // Two callers share an id, or one changed its mind: somebody has to look. The refusal stands without the note.
  async function noteConflicts(conflicts: readonly UsageConflictNote[]): Promise<void> {
    const requestIds = conflicts.slice(0, maxLoggedConflicts).map(({ requestId }) => requestId);
    logger.warn({ requestIds, conflicts: conflicts.length }, "usage records came again with other content");
    try {
      await deps.conflicts.note(conflicts);
    } catch (error) {
      logger.warn({ err: error }, "conflicts could not be noted");
    }
  }

  async function recordPlatformEvents(drafts: readonly PlatformEventDraft[]): Promise<PlatformEventVerdict[]> {
    const now = clock().getTime();
    const accepted = drafts.map((draft) => acceptPlatformEvent(draft, now));
    const events = accepted.flatMap((entry) => (entry.kind === "ok" ? [entry.event] : []));
    const bytes = events.reduce((sum, event) => sum + platformEventBytes(event), 0);
    const outcomes = events.length === 0 ? [] : await eventQueue.submit(events, { rows: events.length, bytes });
    let next = 0;
    return accepted.map((entry): PlatformEventVerdict => {
      if (entry.kind === "bad") return { kind: "refused", fault: entry.fault };
      const { eventId } = entry.event;
      const kind = outcomes[next++];
      if (kind === undefined) throw new Error("an event has no outcome");
      if (kind === "conflict") logger.warn({ eventId }, "a platform event came again with other content");
      return { kind, eventId };
    });
  }

  async function statsOf(subject: UsageSubject, window: ResolvedWindow) {
    const boundaries = timeBoundaries(window, "day");
    const usage = await deps.usage.usageOf(subject, window, boundaries);
    return { stats: toStats(usage, boundaries, window), counterparts: usage.counterparts };
  }

  return {
    recordUsage,
    recordPlatformEvents,
    usageOfUser: async (id, window) => {
      const { stats, counterparts } = await statsOf({ kind: "user", id }, window);
      return { ...stats, uniqueProjects: counterparts };
    },
    usageOfProject: async (id, window) => {
      const { stats, counterparts } = await statsOf({ kind: "project", id }, window);
      return { ...stats, uniqueUsers: counterparts };
    },
    queuedRows: () => usageQueue.queuedRows() + eventQueue.queuedRows(),
    drain: async () => {
      await Promise.all([usageQueue.drain(), eventQueue.drain()]);
    },
  };
}

async function append(deps: UsageTrackerDeps, records: readonly UsageRecord[]): Promise<AppendOutcome[]> {
  try {
    return await deps.usage.append(records);
  } catch (error) {
    // Of a commit whose answer is lost the retry will say "duplicate", and so will not be counted either.
    if (isDatabaseOutage(error)) deps.onUncounted();
    throw error;
  }
}

// After the commit, and only what was new: the counters are a cache of the ledger and never fail a request.
async function count(
  { counters, clock }: UsageTrackerDeps,
  records: readonly UsageRecord[],
  outcomes: readonly AppendOutcome[],
): Promise<void> {
  const stored = records.filter((_, n) => outcomes[n]?.kind === "stored");
  if (stored.length === 0) return;
  await counters.recordUsage({
    at: clock(),
    entries: stored.map((record) => ({
      userId: record.userId,
      projectId: record.projectId,
      tokens: record.inputTokens + record.outputTokens,
      requests: 1,
      occurredAt: new Date(record.occurredAt),
    })),
  });
}

/** Hands the outcomes of all rows back to the requests that they came from. */
function unflatten<Outcome>(requests: readonly unknown[][], outcomes: readonly Outcome[]): Outcome[][] {
  let start = 0;
  return requests.map((rows) => {
    const end = start + rows.length;
    const own = outcomes.slice(start, end);
    start = end;
    return own;
  });
}

function toStats(
  { byModel, byInterval }: UsageBreakdown,
  boundaries: readonly number[],
  { tz, order }: ResolvedWindow,
): Omit<UsageStats, "uniqueProjects"> {
  const totalInputTokens = byModel.reduce((sum, used) => sum + used.inputTokens, 0);
  const totalOutputTokens = byModel.reduce((sum, used) => sum + used.outputTokens, 0);
  const byDay = byInterval.map(({ index, requests, inputTokens, outputTokens }) => ({
    date: localDate(boundaries[index] ?? 0, tz),
    requests,
    tokens: inputTokens + outputTokens,
  }));
  return {
    totalRequests: byModel.reduce((sum, used) => sum + used.requests, 0),
    totalInputTokens,
    totalOutputTokens,
    totalTokens: totalInputTokens + totalOutputTokens,
    // fromEntries defines members, so that a model named __proto__ is one like any other.
    byModel: Object.fromEntries(
      byModel.map(({ model, requests, inputTokens, outputTokens }) => [model, { requests, inputTokens, outputTokens }]),
    ),
    byDay: order === "asc" ? byDay : byDay.reverse(),
  };
}
