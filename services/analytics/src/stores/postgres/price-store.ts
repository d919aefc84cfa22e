import type pg from "pg";
import type { NewPrice, Price } from "../../pricing.js";
import { toInstant } from "../../types.js";
import type { AllPrices, PriceAlias, PriceRevision, PriceStore, UnpricedModelRow } from "../price-store.js";
import { writeAudit } from "./audit-rows.js";
import { type PriceColumns, priceColumns, toPrice, toPriceJson, toTimestamp } from "./price-rows.js";
import { createBindings } from "./slices.js";
import { inSnapshot, inTransaction, query } from "./transaction.js";

export function createPriceStore(pool: pg.Pool): PriceStore {
  return {
    async wasImported(source) {
      return (await query(pool, "select from price_import where source = $1", [source])).length > 0;
    },

    importOnce: ({ source, at, aliases, plan }) =>
      inTransaction(pool, async (client) => {
        await lockPrices(client);
        const { rowCount } = await client.query(
          "insert into price_import (source, imported_at) values ($1, $2) on conflict do nothing",
          [source, at],
        );
        if (rowCount === 0) return null;
        const added = await insertPrices(client, plan(await readPrices(client)), at);
        await insertAliases(client, aliases, source, at);
        return { added: added.length };
      }),

    readAll: () => inSnapshot(pool, readAll),

    async readRevision() {
      const [row] = await query<PriceRevision>(pool, "select prices, recosts from price_revision");
      if (row === undefined) throw new Error("the migration makes this row");
      return row;
    },

    add: (price, audit) =>
      inTransaction(pool, async (client) => {
        await lockPrices(client);
        const holding = await findOverlap(client, price);
        if (holding !== undefined) return { kind: "overlap", price: holding };
        const [added] = await insertPrices(client, [price], audit.at);
        if (added === undefined) throw new Error("an insert answers its row");
        await writeAudit(client, { ...audit, target: String(added.priceId) });
        return { kind: "added", price: added };
      }),

    end: (priceId, at, audit) =>
      inTransaction(pool, async (client) => {
        await lockPrices(client);
        // One that has not begun ends where it would have begun: it never held.
        const { rows } = await client.query<PriceColumns>(
          `update model_price set valid_to = greatest(valid_from, $2::timestamptz)
           where price_id = $1 and valid_to > greatest(valid_from, $2::timestamptz) returning ${priceColumns}`,
          [priceId, at],
        );
        if (rows[0] !== undefined) await writeAudit(client, audit);
        return rows[0] === undefined ? await readPrice(client, priceId) : toPrice(rows[0]);
      }),

    list: (page) => listPrices(pool, page),
    listUnpriced: (page) => listUnpriced(pool, page),
  };
}

// The row that every change of prices updates: the next one waits for this transaction's end, and sees what it did.
async function lockPrices(client: pg.PoolClient): Promise<void> {
  await client.query("update price_revision set prices = prices + 1");
}

async function readPrices(client: pg.PoolClient): Promise<Price[]> {
  const { rows } = await client.query<PriceColumns>(`select ${priceColumns} from model_price order by price_id`);
  return rows.map(toPrice);
}

async function readPrice(client: pg.PoolClient, priceId: number): Promise<Price | null> {
  const { rows } = await client.query<PriceColumns>(`select ${priceColumns} from model_price where price_id = $1`, [
    priceId,
  ]);
  return rows[0] === undefined ? null : toPrice(rows[0]);
}

async function readAll(client: pg.PoolClient): Promise<AllPrices> {
  const prices = await readPrices(client);
  const { rows: aliases } = await client.query<PriceAlias>("select provider, alias, model from model_alias");
  const { rows: revisions } = await client.query<PriceRevision>("select prices, recosts from price_revision");
  const [revision] = revisions;
  if (revision === undefined) throw new Error("the migration makes this row");
  return { prices, aliases, revision };
}

async function insertPrices(client: pg.PoolClient, prices: readonly NewPrice[], at: Date): Promise<Price[]> {
  if (prices.length === 0) return [];
  const { rows } = await client.query<PriceColumns>(
    `insert into model_price (provider, model, service_tier, input_per_million, output_per_million, cache_read_per_million,
       cache_write_per_million, cache_write_1h_per_million, long_context, valid_from, valid_to, source, created_at)
     select price.*, $2::timestamptz
     from jsonb_to_recordset($1::jsonb) as price (provider text, model text, service_tier text, input_per_million numeric,
       output_per_million numeric, cache_read_per_million numeric, cache_write_per_million numeric,
       cache_write_1h_per_million numeric, long_context jsonb, valid_from timestamptz, valid_to timestamptz, source text)
     returning ${priceColumns}`,
    [toPriceJson(prices), at],
  );
  return rows.map(toPrice);
}

async function insertAliases(
  client: pg.PoolClient,
  aliases: readonly PriceAlias[],
  source: string,
  at: Date,
): Promise<void> {
  await client.query(
    `insert into model_alias (provider, alias, model, source, created_at)
     select provider, alias, model, $4, $5::timestamptz
     from unnest($1::text[], $2::text[], $3::text[]) as named (provider, alias, model)
     on conflict do nothing`,
    [
      aliases.map((alias) => alias.provider),
      aliases.map((alias) => alias.alias),
      aliases.map((alias) => alias.model),
      source,
      at,
    ],
  );
}

async function findOverlap(client: pg.PoolClient, price: NewPrice): Promise<Price | undefined> {
  const { rows } = await client.query<PriceColumns>(
    `select ${priceColumns} from model_price
     where model = $1 and provider = $2 and service_tier = $3 and source = $4
       and valid_from < $6::timestamptz and $5::timestamptz < valid_to and valid_from < valid_to
     order by valid_from limit 1`,
    [
      price.model,
      price.provider,
      price.serviceTier,
      price.source,
      toTimestamp(price.validFrom),
      toTimestamp(price.validTo),
    ],
  );
  return rows[0] === undefined ? undefined : toPrice(rows[0]);
}

// A few thousand rows: the primary key backwards, or model_price_model.
async function listPrices(pool: pg.Pool, page: Parameters<PriceStore["list"]>[0]): Promise<Price[]> {
  const bindings = createBindings();
  const conditions = [
    ...(page.model === undefined ? [] : [`model = ${bindings.bind(page.model)}`]),
    ...(page.provider === undefined ? [] : [`provider = ${bindings.bind(page.provider)}`]),
    ...(page.before === null ? [] : [`price_id < ${bindings.bind(page.before)}`]),
  ];
  if (page.at !== null) {
    const at = `${bindings.bind(toInstant(page.at))}::timestamptz`;
    conditions.push(`valid_from <= ${at}`, `${at} < valid_to`);
  }
  const where = conditions.length === 0 ? "" : `where ${conditions.join(" and ")}`;
  const rows = await query<PriceColumns>(
    pool,
    `select ${priceColumns} from model_price ${where} order by price_id desc limit ${bindings.bind(page.limit)}`,
    bindings.values,
  );
  return rows.map(toPrice);
}

type UnpricedRow = {
  model: string;
  providers: string[];
  requests: number;
  input_tokens: string;
  output_tokens: string;
  first_seen: Date;
  last_seen: Date;
};

// Index: usage_record_unpriced, which has every column.
async function listUnpriced(
  pool: pg.Pool,
  { after, limit }: Parameters<PriceStore["listUnpriced"]>[0],
): Promise<UnpricedModelRow[]> {
  const rows = await query<UnpricedRow>(
    pool,
    `select model, coalesce((array_agg(distinct provider) filter (where provider is not null))[:10], '{}') as providers,
       count(*) as requests, sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens,
       min(occurred_at) as first_seen, max(occurred_at) as last_seen
     from usage_record
     where price_id is null and ($1::text is null or model > $1)
     group by model
     order by model
     limit $2`,
    [after, limit],
  );
  return rows.map((row) => ({
    model: row.model,
    providers: row.providers,
    requests: row.requests,
    inputTokens: Number(row.input_tokens),
    outputTokens: Number(row.output_tokens),
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
  }));
}
