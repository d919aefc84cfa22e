import { parseMoney } from "../../money.js";
import type { UsageSums } from "../usage-store.js";

const counts = {
  requests: "requests",
  unpricedRequests: "unpriced_requests",
  failedRequests: "failed_requests",
  inputTokens: "input_tokens",
  outputTokens: "output_tokens",
  cacheReadTokens: "cache_read_tokens",
  cacheWriteTokens: "cache_write_tokens",
  reasoningTokens: "reasoning_tokens",
} as const;

const amounts = {
  inputCost: "input_cost",
  outputCost: "output_cost",
  cacheCost: "cache_cost",
  failedCost: "failed_cost",
} as const;

type Column = (typeof counts)[keyof typeof counts] | (typeof amounts)[keyof typeof amounts];

/** Sums as the driver gives them: numeric, and so text, whatever their size. */
export type SumColumns = Record<Column, string>;

/** The sums over a slice of usage, to stand in a select list; zeros over no rows. */
export const sumColumns = [...Object.values(counts), ...Object.values(amounts)]
  .map((column) => `coalesce(sum(${column}), 0)::numeric as ${column}`)
  .join(", ");

/** Beyond 2^53 a count is the nearest number: a sum that large is a client's fault, and no reason to answer nothing at all. */
export function toSums(row: SumColumns): UsageSums {
  return {
    requests: Number(row.requests),
    unpricedRequests: Number(row.unpriced_requests),
    failedRequests: Number(row.failed_requests),
    inputTokens: Number(row.input_tokens),
    outputTokens: Number(row.output_tokens),
    cacheReadTokens: Number(row.cache_read_tokens),
    cacheWriteTokens: Number(row.cache_write_tokens),
    reasoningTokens: Number(row.reasoning_tokens),
    inputCost: parseMoney(row.input_cost),
    outputCost: parseMoney(row.output_cost),
    cacheCost: parseMoney(row.cache_cost),
    failedCost: parseMoney(row.failed_cost),
  };
}
