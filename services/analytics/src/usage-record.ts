import { randomUUID } from "node:crypto";
import type { ProblemError, UsageRecordInput } from "@mobigen/analytics-contract";
import { contentHash } from "./content-hash.js";
import type { PriceList } from "./price-list.js";
import { estimatesOf, type PricedUsage, priceCall, type ServiceTier } from "./pricing.js";
import { recordTime } from "./record-time.js";
import type { CallTokens, Purpose, Receipt, UsageRecord } from "./stores/usage-store.js";

export type AcceptedUsage = { kind: "ok"; record: UsageRecord } | { kind: "bad"; fault: ProblemError };

/**
 * An LLM call as it will be stored: with a time, an id and its receipt by the price that held then. Bad only when its
 * timestamp lies outside 2020 … now + 24 h.
 */
export function acceptUsage(input: UsageRecordInput, prices: PriceList, now: number): AcceptedUsage {
  const time = recordTime(input.timestamp, now);
  if (time.kind === "bad") return { kind: "bad", fault: { pointer: "/timestamp", reason: time.reason } };
  const tokens = tokensOf(input);
  // Field by field: spreading costs more than everything else here.
  const record: UsageRecord = {
    requestId: input.requestId ?? randomUUID(),
    occurredAt: time.at,
    receivedAt: now,
    userId: input.userId,
    projectId: input.projectId ?? null,
    model: input.model,
    provider: input.provider ?? null,
    serviceTier: input.serviceTier ?? null,
    inputTokens: tokens.inputTokens,
    outputTokens: tokens.outputTokens,
    cacheReadTokens: tokens.cacheReadTokens,
    cacheWriteTokens: tokens.cacheWriteTokens,
    cacheWrite1hTokens: tokens.cacheWrite1hTokens,
    reasoningTokens: tokens.reasoningTokens,
    feature: input.feature ?? null,
    tags: input.tags ?? null,
    status: input.status ?? null,
    purpose: purposeOf(input.feature ?? null, input.tags ?? null),
    failed: input.status !== undefined && failedStatuses.has(input.status),
    durationMs: input.durationMs ?? null,
    contentHash: hashOf(input),
    receipt: null,
  };
  record.receipt = receiptOf(record, prices);
  return { kind: "ok", record };
}

// Of what the client sent and nothing of ours: a retry without a timestamp comes at another time and is the same record still.
function hashOf({ requestId: _, timestamp, ...sent }: UsageRecordInput): Buffer {
  return contentHash({ ...sent, timestamp: timestamp === undefined ? undefined : Date.parse(timestamp) });
}

/** The tokens of a call, cached ones in its input, whichever way its sender counts. */
export function tokensOf(input: UsageRecordInput): CallTokens {
  const { inputTokens, outputTokens, cacheReadTokens = 0, cacheWriteTokens = 0 } = input;
  const cached = input.inputTokensExcludeCache === true ? cacheReadTokens + cacheWriteTokens : 0;
  return {
    inputTokens: inputTokens + cached,
    outputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    cacheWrite1hTokens: input.cacheWrite1hTokens ?? 0,
    reasoningTokens: input.reasoningTokens ?? 0,
  };
}

/** The statuses of a call that brought nothing. */
export const failedStatuses: ReadonlySet<string> = new Set(["error", "failed", "timeout"]);

/**
 * What a call was spent on: a feature `generation` or `generation/…` says so, else a tag `generation` or `generation:<id>`;
 * likewise `build`. A call that names no feature is a generation's: that is what the platform calls models for.
 */
export function purposeOf(feature: string | null, tags: readonly string[] | null): Purpose | null {
  for (const purpose of ["generation", "build"] as const) {
    if (feature === purpose || feature?.startsWith(`${purpose}/`) === true) return purpose;
  }
  for (const purpose of ["generation", "build"] as const) {
    if (tags?.some((tag) => tag === purpose || tag.startsWith(`${purpose}:`)) === true) return purpose;
  }
  return feature === null ? "generation" : null;
}

export type PricedCall = PricedUsage & {
  occurredAt: number;
  model: string;
  provider: string | null;
  serviceTier: ServiceTier | null;
};

/** What a call is charged by the prices that hold for its time; null when none does. */
export function receiptOf(call: PricedCall, prices: PriceList): Receipt | null {
  const { provider, model, serviceTier, occurredAt: at } = call;
  const price = prices.priceOf({ provider, model, serviceTier, at });
  if (price === undefined) return null;
  const { inputCost, outputCost, cacheCost } = priceCall(call, price);
  return {
    priceId: price.priceId,
    priceProvider: price.provider,
    inputCost,
    outputCost,
    cacheCost,
    estimated: estimatesOf(call, price).length > 0,
  };
}

/** About how many bytes a record holds while it waits. */
export function usageBytes(record: UsageRecord): number {
  const fixedBytes = 400;
  const texts = [record.requestId, record.userId, record.projectId, record.model, record.provider, record.feature];
  return fixedBytes + textBytes([...texts, record.status, ...(record.tags ?? [])]);
}

// Two bytes a UTF-16 unit.
function textBytes(texts: readonly (string | null)[]): number {
  return texts.reduce((sum, text) => sum + 2 * (text?.length ?? 0), 0);
}
