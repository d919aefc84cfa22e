import type pg from "pg";
import { moneyToText, parseMoney, zeroMoney } from "../../money.js";
import { bucketOf, toInstant } from "../../types.js";
import type { AppendOutcome, Receipt, UsageBreakdown, UsageRecord, UsageStore, UsageSums } from "../usage-store.js";
import { compareTexts, firstOfEach, judge } from "./identity.js";
import { createBindings, usageSlice } from "./slices.js";
import { inTransaction, query } from "./transaction.js";

export function createUsageStore(pool: pg.Pool): UsageStore {
  return {
    append: (records) => (records.length === 0 ? Promise.resolve([]) : appendRecords(pool, records)),
    usageOf: (subject, window, boundaries) => readUsage(pool, subject, window, boundaries),
    firstUseOf: (subject) => readFirstUse(pool, subject),
  };
}

async function appendRecords(pool: pg.Pool, records: readonly UsageRecord[]): Promise<AppendOutcome[]> {
  // Ids first, then rollup rows, each sorted: writers that meet wait for each other and never in a circle.
  const candidates = firstOfEach(records, idOf);
  const { inserted, known } = await inTransaction(pool, async (client) => {
    const inserted = await insertRecords(client, candidates);
    await addToRollup(
      client,
      candidates.filter((record) => inserted.has(record.requestId)),
    );
    const old = candidates.map(idOf).filter((id) => !inserted.has(id));
    return { inserted, known: await readKnown(client, old) };
  });
  return judge<UsageRecord, Known>(records, idOf, inserted, known).map((judgement, n): AppendOutcome => {
    if (judgement.kind === "conflict") return judgement;
    const receipt = judgement.kind === "stored" ? records[n]?.receipt : judgement.holder.receipt;
    return { kind: judgement.kind, receipt: receipt ?? null };
  });
}

function idOf(record: UsageRecord): string {
  return record.requestId;
}

type Known = Pick<UsageRecord, "contentHash" | "receipt">;

// Answers the ids that were new. An id that another transaction is storing just now is waited for.
async function insertRecords(client: pg.PoolClient, records: readonly UsageRecord[]): Promise<Set<string>> {
  const { rows } = await client.query<{ request_id: string }>(
    `insert into usage_record (request_id, occurred_at, received_at, user_id, project_id, model, input_tokens, output_tokens,
       provider, feature, tags, status, duration_ms, content_hash, price_id, input_cost, output_cost)
     select request_id, occurred_at, received_at, user_id, project_id, model, input_tokens, output_tokens,
       provider, feature, case when tags is not null then array(select jsonb_array_elements_text(tags)) end,
       status, duration_ms, content_hash, price_id, input_cost, output_cost
     from unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[],
       $9::text[], $10::text[], $11::jsonb[], $12::text[], $13::integer[], $14::bytea[], $15::integer[], $16::numeric[], $17::numeric[])
       as sent (request_id, occurred_at, received_at, user_id, project_id, model, input_tokens, output_tokens,
         provider, feature, tags, status, duration_ms, content_hash, price_id, input_cost, output_cost)
     on conflict (request_id) do nothing
     returning request_id`,
    [
      records.map((record) => record.requestId),
      records.map((record) => toInstant(record.occurredAt)),
      records.map((record) => toInstant(record.receivedAt)),
      records.map((record) => record.userId),
      records.map((record) => record.projectId),
      records.map((record) => record.model),
      records.map((record) => record.inputTokens),
      records.map((record) => record.outputTokens),
      records.map((record) => record.provider),
      records.map((record) => record.feature),
      // Arrays of arrays must be rectangular in SQL; lists of tags are not.
      records.map((record) => (record.tags === null ? null : JSON.stringify(record.tags))),
      records.map((record) => record.status),
      records.map((record) => record.durationMs),
      records.map((record) => record.contentHash),
      records.map((record) => record.receipt?.priceId ?? null),
      records.map((record) => (record.receipt === null ? null : moneyToText(record.receipt.inputCost))),
      records.map((record) => (record.receipt === null ? null : moneyToText(record.receipt.outputCost))),
    ],
  );
  return new Set(rows.map((row) => row.request_id));
}

// Tokens as bigint: a flush of huge calls must add up as exactly as its rows do.
type RollupRow = Omit<UsageSums, "inputTokens" | "outputTokens"> & {
  bucket: number;
  userId: string;
  projectId: string;
  model: string;
  inputTokens: bigint;
  outputTokens: bigint;
};

async function addToRollup(client: pg.PoolClient, records: readonly UsageRecord[]): Promise<void> {
  if (records.length === 0) return;
  const rows = rollUp(records);
  await client.query(
    `insert into usage_rollup as rollup (bucket, user_id, project_id, model, requests, unpriced_requests, input_tokens, output_tokens,
       input_cost, output_cost)
     select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
       $9::numeric[], $10::numeric[])
     on conflict (user_id, bucket, project_id, model) do update set
       requests = rollup.requests + excluded.requests,
       unpriced_requests = rollup.unpriced_requests + excluded.unpriced_requests,
       input_tokens = rollup.input_tokens + excluded.input_tokens,
       output_tokens = rollup.output_tokens + excluded.output_tokens,
       input_cost = rollup.input_cost + excluded.input_cost,
       output_cost = rollup.output_cost + excluded.output_cost`,
    [
      rows.map((row) => toInstant(row.bucket)),
      rows.map((row) => row.userId),
      rows.map((row) => row.projectId),
      rows.map((row) => row.model),
      rows.map((row) => row.requests),
      rows.map((row) => row.unpricedRequests),
      rows.map((row) => row.inputTokens),
      rows.map((row) => row.outputTokens),
      rows.map((row) => moneyToText(row.inputCost)),
      rows.map((row) => moneyToText(row.outputCost)),
    ],
  );
}

// One row a primary key, sorted by it.
function rollUp(records: readonly UsageRecord[]): RollupRow[] {
  const rows = new Map<string, RollupRow>();
  for (const record of records) {
    const place = {
      bucket: bucketOf(record.occurredAt),
      userId: record.userId,
      projectId: record.projectId ?? "",
      model: record.model,
    };
    const key = JSON.stringify([place.userId, place.bucket, place.projectId, place.model]);
    const sums = rows.get(key) ?? { ...place, ...noUsage };
    rows.set(key, {
      ...sums,
      requests: sums.requests + 1,
      unpricedRequests: sums.unpricedRequests + (record.receipt === null ? 1 : 0),
      inputTokens: sums.inputTokens + BigInt(record.inputTokens),
      outputTokens: sums.outputTokens + BigInt(record.outputTokens),
      inputCost: sums.inputCost.plus(record.receipt?.inputCost ?? zeroMoney),
      outputCost: sums.outputCost.plus(record.receipt?.outputCost ?? zeroMoney),
    });
  }
  return [...rows.entries()].sort(([a], [b]) => compareTexts(a, b)).map(([, row]) => row);
}

const noUsage = {
  requests: 0,
  unpricedRequests: 0,
  inputTokens: 0n,
  outputTokens: 0n,
  inputCost: zeroMoney,
  outputCost: zeroMoney,
};

type KnownRow = {
  request_id: string;
  content_hash: Buffer;
  price_id: number | null;
  input_cost: string | null;
  output_cost: string | null;
};

async function readKnown(client: pg.PoolClient, requestIds: readonly string[]): Promise<Map<string, Known>> {
  if (requestIds.length === 0) return new Map();
  const { rows } = await client.query<KnownRow>(
    "select request_id, content_hash, price_id, input_cost, output_cost from usage_record where request_id = any($1::text[])",
    [requestIds],
  );
  return new Map(rows.map((row) => [row.request_id, { contentHash: row.content_hash, receipt: receiptOf(row) }]));
}

function receiptOf({ price_id, input_cost, output_cost }: KnownRow): Receipt | null {
  if (price_id === null || input_cost === null || output_cost === null) return null;
  return { priceId: price_id, inputCost: parseMoney(input_cost), outputCost: parseMoney(output_cost) };
}

type BreakdownRow = {
  model: string | null;
  slot: number | null;
  counterparts: number;
  requests: string;
  unpriced_requests: string;
  input_tokens: string;
  output_tokens: string;
  input_cost: string;
  output_cost: string;
};

// One statement, so that the parts add up to the same totals; one walk of the subject's index (see usageSlice).
async function readUsage(
  pool: pg.Pool,
  ...[subject, window, boundaries]: Parameters<UsageStore["usageOf"]>
): Promise<UsageBreakdown> {
  const bindings = createBindings();
  const counterpart = subject.kind === "user" ? "project_id" : "user_id";
  const slice = usageSlice(
    bindings,
    window,
    subject.kind === "user" ? { userId: subject.id } : { projectId: subject.id },
  );
  const rows = await query<BreakdownRow>(
    pool,
    `with used as (
       select width_bucket(at, ${bindings.bind(boundaries.map(toInstant))}::timestamptz[]) as slot, slice.* from ${slice} as slice
     )
     select model, slot, (select count(distinct nullif(${counterpart}, '')) from used) as counterparts,
       sum(requests) as requests, sum(unpriced_requests) as unpriced_requests,
       sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens,
       sum(input_cost) as input_cost, sum(output_cost) as output_cost
     from used
     group by grouping sets ((model), (slot))
     order by slot, model`,
    bindings.values,
  );
  return {
    byModel: rows.flatMap((row) => (row.model === null ? [] : [{ model: row.model, ...sumsOf(row) }])),
    // width_bucket numbers the intervals from 1.
    byInterval: rows.flatMap((row) => (row.slot === null ? [] : [{ index: row.slot - 1, ...sumsOf(row) }])),
    counterparts: rows[0]?.counterparts ?? 0,
  };
}

function sumsOf(row: BreakdownRow): UsageSums {
  return {
    requests: Number(row.requests),
    unpricedRequests: Number(row.unpriced_requests),
    // Beyond 2^53 the nearest number: a sum that large is a client's fault, and no reason to answer nothing at all.
    inputTokens: Number(row.input_tokens),
    outputTokens: Number(row.output_tokens),
    inputCost: parseMoney(row.input_cost),
    outputCost: parseMoney(row.output_cost),
  };
}

async function readFirstUse(
  pool: pg.Pool,
  subject: Parameters<UsageStore["firstUseOf"]>[0],
): Promise<number | undefined> {
  // The first entry of the primary key's, or usage_rollup_project's, range.
  const column = subject.kind === "user" ? "user_id" : "project_id";
  const [row] = await query<{ first: Date | null }>(
    pool,
    `select min(bucket) as first from usage_rollup where ${column} = $1`,
    [subject.id],
  );
  return row?.first?.getTime();
}
