import { parseMoney } from "../../money.js";
import { estimatesOf, type ServiceTier } from "../../pricing.js";
import type { CallTokens, Purpose, Receipt, UsageRecord } from "../usage-store.js";
import { type PriceColumns, priceColumns, toPrice } from "./price-rows.js";

/** Records, each beside the price that it was charged by. */
export const recordsWithPrices = "usage_record left join model_price using (price_id)";

/** The columns of a record in `recordsWithPrices`, and of its price. */
export const recordColumns = `usage_record.request_id, usage_record.occurred_at, usage_record.received_at, usage_record.user_id,
  usage_record.project_id, usage_record.model as called_model, usage_record.provider as called_provider, usage_record.feature,
  usage_record.tags, usage_record.status, usage_record.service_tier as called_tier, usage_record.purpose, usage_record.failed,
  usage_record.duration_ms, usage_record.input_tokens, usage_record.output_tokens, usage_record.cache_read_tokens,
  usage_record.cache_write_tokens, usage_record.cache_write_1h_tokens, usage_record.reasoning_tokens, usage_record.input_cost,
  usage_record.output_cost, usage_record.cache_cost, ${priceColumns}`;

type CallColumns = {
  request_id: string;
  occurred_at: Date;
  received_at: Date;
  user_id: string;
  project_id: string | null;
  called_model: string;
  called_provider: string | null;
  feature: string | null;
  tags: string[] | null;
  status: string | null;
  called_tier: string | null;
  purpose: string | null;
  failed: boolean;
  duration_ms: number | null;
  input_tokens: number;
  output_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  cache_write_1h_tokens: number;
  reasoning_tokens: number;
  input_cost: string | null;
  output_cost: string | null;
  cache_cost: string | null;
};

type NoPrice = { price_id: null };
export type RecordColumns = CallColumns & (PriceColumns | NoPrice);

/** Everything of a record but its hash. */
export function toRecord(row: RecordColumns): Omit<UsageRecord, "contentHash"> {
  return {
    requestId: row.request_id,
    occurredAt: row.occurred_at.getTime(),
    receivedAt: row.received_at.getTime(),
    userId: row.user_id,
    projectId: row.project_id,
    model: row.called_model,
    provider: row.called_provider,
    feature: row.feature,
    tags: row.tags,
    status: row.status,
    // Written by this service alone.
    serviceTier: row.called_tier as ServiceTier | null,
    purpose: row.purpose as Purpose | null,
    failed: row.failed,
    durationMs: row.duration_ms,
    ...tokensOf(row),
    receipt: toReceipt(row),
  };
}

export function toReceipt(row: RecordColumns): Receipt | null {
  const { input_cost, output_cost, cache_cost } = row;
  if (!isPriced(row) || input_cost === null || output_cost === null || cache_cost === null) return null;
  const call = { ...tokensOf(row), provider: row.called_provider, serviceTier: row.called_tier as ServiceTier | null };
  return {
    priceId: row.price_id,
    priceProvider: row.provider,
    inputCost: parseMoney(input_cost),
    outputCost: parseMoney(output_cost),
    cacheCost: parseMoney(cache_cost),
    estimated: estimatesOf(call, toPrice(row)).length > 0,
  };
}

export function isPriced(row: RecordColumns): row is CallColumns & PriceColumns {
  return row.price_id !== null;
}

function tokensOf(row: CallColumns): CallTokens {
  return {
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    cacheReadTokens: row.cache_read_tokens,
    cacheWriteTokens: row.cache_write_tokens,
    cacheWrite1hTokens: row.cache_write_1h_tokens,
    reasoningTokens: row.reasoning_tokens,
  };
}
