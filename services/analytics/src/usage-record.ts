import { randomUUID } from "node:crypto";
import type { ProblemError, UsageRecordInput } from "@mobigen/analytics-contract";
import { contentHash } from "./content-hash.js";
import { type PriceList, priceCall } from "./pricing.js";
import { recordTime } from "./record-time.js";
import type { Receipt, UsageRecord } from "./stores/usage-store.js";

export type AcceptedUsage = { kind: "ok"; record: UsageRecord } | { kind: "bad"; fault: ProblemError };

/**
 * An LLM call as it will be stored: with a time, an id and its receipt by the price that held then. Bad only when its
 * timestamp lies outside 2020 … now + 24 h.
 */
export function acceptUsage(input: UsageRecordInput, prices: PriceList, now: number): AcceptedUsage {
  const time = recordTime(input.timestamp, now);
  if (time.kind === "bad") return { kind: "bad", fault: { pointer: "/timestamp", reason: time.reason } };
  const record: UsageRecord = {
    requestId: input.requestId ?? randomUUID(),
    occurredAt: time.at,
    receivedAt: now,
    userId: input.userId,
    projectId: input.projectId ?? null,
    model: input.model,
    inputTokens: input.inputTokens,
    outputTokens: input.outputTokens,
    provider: input.provider ?? null,
    feature: input.feature ?? null,
    tags: input.tags ?? null,
    status: input.status ?? null,
    durationMs: input.durationMs ?? null,
    contentHash: hashOf(input),
    receipt: receiptOf(input, prices, time.at),
  };
  return { kind: "ok", record };
}

// Of what the client sent and nothing of ours: a retry without a timestamp comes at another time and is the same record still.
function hashOf({ requestId: _, timestamp, ...sent }: UsageRecordInput): Buffer {
  return contentHash({ ...sent, timestamp: timestamp === undefined ? undefined : Date.parse(timestamp) });
}

function receiptOf(input: UsageRecordInput, prices: PriceList, at: number): Receipt | null {
  const price = prices.priceAt(input.model, at);
  if (price === undefined) return null;
  const { inputCost, outputCost } = priceCall(input, price);
  return { priceId: price.priceId, inputCost, outputCost };
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
