import { type Money, moneyToText, parseMoney } from "../../money.js";
import type { LongContextStep, NewPrice, Price, ServiceTier } from "../../pricing.js";

/** The columns of a price, of a table or alias named `model_price`. */
export const priceColumns = `model_price.price_id, model_price.provider, model_price.model, model_price.service_tier,
  model_price.input_per_million, model_price.output_per_million, model_price.cache_read_per_million,
  model_price.cache_write_per_million, model_price.cache_write_1h_per_million, model_price.long_context::text as long_context,
  model_price.valid_from, model_price.valid_to, model_price.source, model_price.created_at`;

export type PriceColumns = {
  price_id: number;
  provider: string;
  model: string;
  service_tier: string;
  input_per_million: string;
  output_per_million: string;
  cache_read_per_million: string | null;
  cache_write_per_million: string | null;
  cache_write_1h_per_million: string | null;
  long_context: string;
  // The driver gives ±Infinity for an open end.
  valid_from: Date | number;
  valid_to: Date | number;
  source: string;
  created_at: Date;
};

export function toPrice(row: PriceColumns): Price {
  return {
    priceId: row.price_id,
    provider: row.provider,
    model: row.model,
    // Written by this service alone.
    serviceTier: row.service_tier as ServiceTier,
    inputPerMillion: parseMoney(row.input_per_million),
    outputPerMillion: parseMoney(row.output_per_million),
    cacheReadPerMillion: parseOptional(row.cache_read_per_million),
    cacheWritePerMillion: parseOptional(row.cache_write_per_million),
    cacheWrite1hPerMillion: parseOptional(row.cache_write_1h_per_million),
    longContext: (JSON.parse(row.long_context) as StoredStep[]).map(toStep),
    validFrom: Number(row.valid_from),
    validTo: Number(row.valid_to),
    source: row.source,
    createdAt: row.created_at.getTime(),
  };
}

// Amounts as text: JSON's numbers are floats.
type StoredStep = {
  above: number;
  input: string;
  output: string;
  cache_read: string | null;
  cache_write: string | null;
  cache_write_1h: string | null;
};

/** Prices as one JSON array, for `jsonb_to_recordset`: rows of any width in one bound value. */
export function toPriceJson(prices: readonly NewPrice[]): string {
  return JSON.stringify(
    prices.map((price) => ({
      provider: price.provider,
      model: price.model,
      service_tier: price.serviceTier,
      input_per_million: moneyToText(price.inputPerMillion),
      output_per_million: moneyToText(price.outputPerMillion),
      cache_read_per_million: textOf(price.cacheReadPerMillion),
      cache_write_per_million: textOf(price.cacheWritePerMillion),
      cache_write_1h_per_million: textOf(price.cacheWrite1hPerMillion),
      long_context: price.longContext.map(toStoredStep),
      valid_from: toTimestamp(price.validFrom),
      valid_to: toTimestamp(price.validTo),
      source: price.source,
    })),
  );
}

/** An instant that may lie at either end of time, for timestamptz. */
export function toTimestamp(ms: number): string {
  if (ms === Number.NEGATIVE_INFINITY) return "-infinity";
  return ms === Number.POSITIVE_INFINITY ? "infinity" : new Date(ms).toISOString();
}

function toStoredStep(step: LongContextStep): StoredStep {
  return {
    above: step.aboveInputTokens,
    input: moneyToText(step.inputPerMillion),
    output: moneyToText(step.outputPerMillion),
    cache_read: textOf(step.cacheReadPerMillion),
    cache_write: textOf(step.cacheWritePerMillion),
    cache_write_1h: textOf(step.cacheWrite1hPerMillion),
  };
}

function toStep(step: StoredStep): LongContextStep {
  return {
    aboveInputTokens: step.above,
    inputPerMillion: parseMoney(step.input),
    outputPerMillion: parseMoney(step.output),
    cacheReadPerMillion: parseOptional(step.cache_read),
    cacheWritePerMillion: parseOptional(step.cache_write),
    cacheWrite1hPerMillion: parseOptional(step.cache_write_1h),
  };
}

function parseOptional(text: string | null): Money | null {
  return text === null ? null : parseMoney(text);
}

function textOf(amount: Money | null): string | null {
  return amount === null ? null : moneyToText(amount);
}
