import type pg from "pg";
import { contentHash } from "../../src/content-hash.js";
import { parseMoney } from "../../src/money.js";
import { createPriceList, listPrices, type PriceList } from "../../src/pricing.js";
import { createPriceStore } from "../../src/stores/postgres/price-store.js";
import type { UsageRecord } from "../../src/stores/usage-store.js";

/** Seeds the list prices and reads them back. */
export async function seedPrices(pool: pg.Pool): Promise<PriceList> {
  const store = createPriceStore(pool);
  await store.addMissing(listPrices(), new Date("2026-01-01T00:00:00Z"));
  return createPriceList(await store.allPrices());
}

/** A record as the store takes it; its hash is of what it says here. */
export function usageRecord(more: Partial<UsageRecord> & { requestId: string }): UsageRecord {
  const record = {
    occurredAt: Date.parse("2026-06-15T12:03:00Z"),
    receivedAt: Date.parse("2026-06-15T12:03:01Z"),
    userId: "user",
    projectId: null,
    model: "claude-3-haiku-20240307",
    inputTokens: 10,
    outputTokens: 20,
    provider: null,
    feature: null,
    tags: null,
    status: null,
    durationMs: null,
    receipt: null,
    ...more,
  };
  const { receipt: _, receivedAt: __, requestId: ___, ...sent } = record;
  return { contentHash: contentHash(sent), ...record };
}

/** A receipt of these dollars by the price with this id. */
export function receipt(priceId: number, inputCost: string, outputCost: string) {
  return { priceId, inputCost: parseMoney(inputCost), outputCost: parseMoney(outputCost) };
}

const rollupColumns =
  "user_id, project_id, model, requests, unpriced_requests, input_tokens, output_tokens, input_cost, output_cost";

/** Rows that stand in usage_rollup and not in a recount of usage_record, or the other way round: none is the promise. */
export async function usageRollupDifferences(pool: pg.Pool): Promise<unknown[]> {
  const { rows } = await pool.query(
    `with recount as (
       select date_bin('15 minutes', occurred_at, 'epoch') as bucket, user_id, coalesce(project_id, '') as project_id, model,
         count(*) as requests, count(*) filter (where price_id is null) as unpriced_requests,
         sum(input_tokens)::bigint as input_tokens, sum(output_tokens)::bigint as output_tokens,
         coalesce(sum(input_cost), 0) as input_cost, coalesce(sum(output_cost), 0) as output_cost
       from usage_record group by 1, 2, 3, 4
     ), kept as (select bucket, ${rollupColumns} from usage_rollup)
     (table recount except table kept) union all (table kept except table recount)`,
  );
  return rows;
}

/** The same of platform events. */
export async function eventRollupDifferences(pool: pg.Pool): Promise<unknown[]> {
  const { rows } = await pool.query(
    `with recount as (
       select date_bin('15 minutes', occurred_at, 'epoch') as bucket, event, coalesce(user_id, '') as user_id,
         coalesce(project_id, '') as project_id, count(*) as events
       from platform_event group by 1, 2, 3, 4
     ), kept as (select bucket, event, user_id, project_id, events from platform_event_rollup)
     (table recount except table kept) union all (table kept except table recount)`,
  );
  return rows;
}
