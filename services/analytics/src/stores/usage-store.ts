import type { Money } from "../money.js";
import type { PricedUsage, ServiceTier } from "../pricing.js";
import type { TimeWindow } from "../types.js";

/** What a call was charged by: the price, and what its parts came to, in US dollars. `cacheCost` is a part of `inputCost`. */
export type Receipt = {
  priceId: number;
  /** Whose price it is; '' for one that holds for every provider. */
  priceProvider: string;
  inputCost: Money;
  outputCost: Money;
  cacheCost: Money;
  /** A part was charged by a price that is not its own. */
  estimated: boolean;
};

/** The tokens of a call. Cached ones are of the input, reasoning ones of the output, ones for an hour of those written. */
export type CallTokens = PricedUsage & { reasoningTokens: number };

/** What a call was spent on. */
export type Purpose = "generation" | "build";

/** One LLM call as it is stored. Times are milliseconds. */
export type UsageRecord = CallTokens & {
  requestId: string;
  occurredAt: number;
  receivedAt: number;
  userId: string;
  projectId: string | null;
  model: string;
  provider: string | null;
  feature: string | null;
  tags: readonly string[] | null;
  status: string | null;
  serviceTier: ServiceTier | null;
  purpose: Purpose | null;
  failed: boolean;
  durationMs: number | null;
  /** Of the record as it was sent: tells a retry from another record under the same id. */
  contentHash: Buffer;
  /** Null while the model has no price. */
  receipt: Receipt | null;
};

/** `duplicate`: the same record was stored before, with this receipt. `conflict`: another record has the id. */
export type AppendOutcome = { kind: "stored" | "duplicate"; receipt: Receipt | null } | { kind: "conflict" };

/** Whose usage: a user's, in all projects, a project's, by all users, or everybody's. */
export type UsageSubject = { kind: "user" | "project"; id: string } | { kind: "platform" };

export type UsageSums = {
  requests: number;
  /** Of the requests, those without a price: they are in no cost. */
  unpricedRequests: number;
  failedRequests: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  reasoningTokens: number;
  /** Of all input tokens, cached ones included. */
  inputCost: Money;
  outputCost: Money;
  /** Of inputCost. */
  cacheCost: Money;
  /** Of both, those of calls that failed. */
  failedCost: Money;
};

export type UsageBreakdown = {
  byModel: (UsageSums & { model: string })[];
  /** Intervals that have usage, ascending; `index` is the interval's number among the asked ones, from 0. */
  byInterval: (UsageSums & { index: number })[];
  /** How many projects a user used, or how many users a project, or the platform. */
  counterparts: number;
};

/** The ledger of LLM calls. */
export type UsageStore = {
  /**
   * Stores the records that are new, with their rollups, in one transaction; an outcome for each, in order. Repeatable. Of two
   * records with one id in one call the first counts.
   */
  append(records: readonly UsageRecord[]): Promise<AppendOutcome[]>;
  /**
   * What was used in the window, by model and by the intervals between the ascending boundaries (milliseconds; the first is
   * the window's start, the last its end), all of one snapshot.
   */
  usageOf(subject: UsageSubject, window: TimeWindow, boundaries: readonly number[]): Promise<UsageBreakdown>;
  /** The start of the bucket of the earliest call (milliseconds); undefined when there is none. */
  firstUseOf(subject: UsageSubject): Promise<number | undefined>;
};
