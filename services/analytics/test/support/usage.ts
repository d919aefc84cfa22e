import type pg from "pg";
import { contentHash } from "../../src/content-hash.js";
import { parseMoney } from "../../src/money.js";
import { createPriceList, type PriceList } from "../../src/price-list.js";
import { briefPrices } from "../../src/pricing.js";
import { createPriceStore } from "../../src/stores/postgres/price-store.js";
import { checks } from "../../src/stores/postgres/verify-checks.js";
import type { Receipt, UsageRecord } from "../../src/stores/usage-store.js";

/** Seeds the brief's prices and reads them back. */
export async function seedPrices(pool: pg.Pool): Promise<PriceList> {
  const store = createPriceStore(pool);
  const at = new Date("2026-01-01T00:00:00Z");
  await store.importOnce({ source: "brief", at, aliases: [], plan: briefPrices });
  return createPriceList((await store.readAll()).prices);
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
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    cacheWrite1hTokens: 0,
    reasoningTokens: 0,
    serviceTier: null,
    purpose: null,
    failed: false,
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
export function receipt(priceId: number, inputCost: string, outputCost: string): Receipt {
  return {
    priceId,
    priceProvider: "anthropic",
    inputCost: parseMoney(inputCost),
    outputCost: parseMoney(outputCost),
    cacheCost: parseMoney("0"),
    estimated: false,
  };
}

/** Rows of usage_rollup and usage_tag_rollup that differ from a recount of usage_record, or are missing: none is the promise. */
export async function usageRollupDifferences(pool: pg.Pool): Promise<unknown[]> {
  const kept = checks.filter(({ name }) => name === "usage_rollup" || name === "usage_tag_rollup");
  const found = await Promise.all(
    kept.map(({ stored, recounted, keys, fields }) => {
      const columns = [...keys, ...fields].join(", ");
      // A row whose sums came down to zero says what no row says.
      const rows = (source: string): string => `select ${columns} from (${source}) as rows where requests <> 0`;
      const [left, right] = [rows(stored), rows(recounted)];
      return pool.query(`(${left} except ${right}) union all (${right} except ${left})`);
    }),
  );
  return found.flatMap(({ rows }) => rows);
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
