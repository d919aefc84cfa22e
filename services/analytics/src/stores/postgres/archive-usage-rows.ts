import type { ArchiveColumn } from "../archive-store.js";

/** The project of a record as parts of files know it. */
export const usageProject = "coalesce(usage_record.project_id, '')";

export function ofDay(day: string): string {
  return `usage_record.occurred_at >= ${day}::date and usage_record.occurred_at < ${day}::date + 1`;
}

/** Whole rows: a recost changes what a record cost. */
export const usageDigest = "coalesce(bit_xor(hash_record_extended(usage_record, 0)), 0)";

/** Amounts as text, exact; the hash in hex; tags as JSON. */
export const usageColumns: readonly (ArchiveColumn & { sql: string })[] = [
  { name: "request_id", type: "text", sql: "request_id" },
  { name: "occurred_at", type: "instant", sql: "occurred_at" },
  { name: "received_at", type: "instant", sql: "received_at" },
  { name: "user_id", type: "text", sql: "user_id" },
  { name: "project_id", type: "text", optional: true, sql: "project_id" },
  { name: "model", type: "text", sql: "usage_record.model" },
  { name: "provider", type: "text", optional: true, sql: "usage_record.provider" },
  { name: "feature", type: "text", optional: true, sql: "feature" },
  { name: "tags", type: "text", optional: true, sql: "to_jsonb(tags)::text" },
  { name: "status", type: "text", optional: true, sql: "status" },
  { name: "service_tier", type: "text", optional: true, sql: "usage_record.service_tier" },
  { name: "purpose", type: "text", optional: true, sql: "purpose" },
  { name: "failed", type: "flag", sql: "failed" },
  { name: "duration_ms", type: "integer", optional: true, sql: "duration_ms" },
  { name: "input_tokens", type: "integer", sql: "input_tokens" },
  { name: "output_tokens", type: "integer", sql: "output_tokens" },
  { name: "cache_read_tokens", type: "integer", sql: "cache_read_tokens" },
  { name: "cache_write_tokens", type: "integer", sql: "cache_write_tokens" },
  { name: "cache_write_1h_tokens", type: "integer", sql: "cache_write_1h_tokens" },
  { name: "reasoning_tokens", type: "integer", sql: "reasoning_tokens" },
  { name: "price_id", type: "integer", sql: "price_id" },
  { name: "price_provider", type: "text", sql: "model_price.provider" },
  { name: "input_cost", type: "text", sql: "input_cost::text" },
  { name: "output_cost", type: "text", sql: "output_cost::text" },
  { name: "cache_cost", type: "text", sql: "cache_cost::text" },
  { name: "content_hash", type: "text", sql: "encode(content_hash, 'hex')" },
];

/** Columns of the file that are columns of usage_record, and their types, for reading them back. */
export const storedTypes: Readonly<Record<string, string>> = {
  request_id: "text",
  occurred_at: "timestamptz",
  received_at: "timestamptz",
  user_id: "text",
  project_id: "text",
  model: "text",
  provider: "text",
  feature: "text",
  tags: "jsonb",
  status: "text",
  service_tier: "text",
  purpose: "text",
  failed: "boolean",
  duration_ms: "integer",
  input_tokens: "bigint",
  output_tokens: "bigint",
  cache_read_tokens: "bigint",
  cache_write_tokens: "bigint",
  cache_write_1h_tokens: "bigint",
  reasoning_tokens: "bigint",
  price_id: "integer",
  input_cost: "numeric",
  output_cost: "numeric",
  cache_cost: "numeric",
  content_hash: "text",
};
