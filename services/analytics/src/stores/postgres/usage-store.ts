import type pg from "pg";
import { moneyToText, parseMoney } from "../../money.js";
import { toInstant } from "../../types.js";
import type { AppendOutcome, Receipt, UsageBreakdown, UsageRecord, UsageStore, UsageSubject } from "../usage-store.js";
import { prepared } from "./client.js";
import { firstOfEach, judge } from "./identity.js";
import { createBindings, type UsageFilter, usageSlice } from "./slices.js";
import { inTransaction, query } from "./transaction.js";
import { addToRollups } from "./usage-rollup.js";
import { type RecordColumns, recordColumns, recordsWithPrices, toReceipt } from "./usage-rows.js";
import { type SumColumns, sumColumns, toSums } from "./usage-sums.js";

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
    for (const id of await takeBackArchived(client, [...inserted])) inserted.delete(id);
    await addToRollups(
      client,
      candidates.filter((record) => inserted.has(record.requestId)).map((record) => ({ record, sign: 1 })),
      [...inserted],
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

const tagsFromJson = "case when tags is not null then array(select jsonb_array_elements_text(tags)) end";

// Answers the ids that were new. An id that another transaction is storing just now is waited for.
async function insertRecords(client: pg.PoolClient, records: readonly UsageRecord[]): Promise<Set<string>> {
  const { rows } = await client.query<{ request_id: string }>(
    insertStatement([
      records.map((record) => record.requestId),
      records.map((record) => toInstant(record.occurredAt)),
      records.map((record) => toInstant(record.receivedAt)),
      records.map((record) => record.inputTokens),
      records.map((record) => record.outputTokens),
      records.map((record) => record.cacheReadTokens),
      records.map((record) => record.cacheWriteTokens),
      records.map((record) => record.cacheWrite1hTokens),
      records.map((record) => record.reasoningTokens),
      records.map((record) => record.userId),
      records.map((record) => record.projectId),
      records.map((record) => record.model),
      records.map((record) => record.provider),
      records.map((record) => record.feature),
      // Arrays of arrays must be rectangular in SQL; lists of tags are not.
      records.map((record) => (record.tags === null ? null : JSON.stringify(record.tags))),
      records.map((record) => record.status),
      records.map((record) => record.serviceTier),
      records.map((record) => record.purpose),
      records.map((record) => record.failed),
      records.map((record) => record.durationMs),
      records.map((record) => record.contentHash),
      records.map((record) => record.receipt?.priceId ?? null),
      records.map((record) => (record.receipt === null ? null : moneyToText(record.receipt.inputCost))),
      records.map((record) => (record.receipt === null ? null : moneyToText(record.receipt.outputCost))),
      records.map((record) => (record.receipt === null ? null : moneyToText(record.receipt.cacheCost))),
    ]),
  );
  return new Set(rows.map((row) => row.request_id));
}

const columns = {
  request_id: "text",
  occurred_at: "timestamptz",
  received_at: "timestamptz",
  input_tokens: "bigint",
  output_tokens: "bigint",
  cache_read_tokens: "bigint",
  cache_write_tokens: "bigint",
  cache_write_1h_tokens: "bigint",
  reasoning_tokens: "bigint",
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
  content_hash: "bytea",
  price_id: "integer",
  input_cost: "numeric",
  output_cost: "numeric",
  cache_cost: "numeric",
} as const;

const names = Object.keys(columns);

const insertStatement = prepared(
  "insert_usage",
  `insert into usage_record (${names.join(", ")})
  select ${names.map((name) => (name === "tags" ? tagsFromJson : name)).join(", ")}
  from unnest(${Object.values(columns)
    .map((type, n) => `$${n + 1}::${type}[]`)
    .join(", ")}) as sent (${names.join(", ")})
  on conflict (request_id) do nothing
  returning request_id`,
);

const findArchived = prepared(
  "find_archived_usage",
  "select request_id from archived_usage where request_id = any($1::text[])",
);

/**
 * Of ids that were new to usage_record, those that an archived record has: taken out again. Asked afterwards, in a statement of its
 * own, for a record may be archived while the insert is on its way; then its id is in archived_usage before it is free.
 */
async function takeBackArchived(client: pg.PoolClient, requestIds: readonly string[]): Promise<string[]> {
  if (requestIds.length === 0) return [];
  const { rows } = await client.query<{ request_id: string }>(findArchived([requestIds]));
  const archived = rows.map((row) => row.request_id);
  if (archived.length > 0) {
    await client.query("delete from usage_record where request_id = any($1::text[])", [archived]);
  }
  return archived;
}

async function readKnown(client: pg.PoolClient, requestIds: readonly string[]): Promise<Map<string, Known>> {
  if (requestIds.length === 0) return new Map();
  const { rows } = await client.query<RecordColumns & { request_id: string; content_hash: Buffer }>(
    `select content_hash, ${recordColumns} from ${recordsWithPrices} where request_id = any($1::text[])`,
    [requestIds],
  );
  const known = new Map<string, Known>(
    rows.map((row) => [row.request_id, { contentHash: row.content_hash, receipt: toReceipt(row) }]),
  );
  const rest = requestIds.filter((id) => !known.has(id));
  return rest.length === 0 ? known : new Map([...known, ...(await readArchived(client, rest))]);
}

// The primary key.
async function readArchived(client: pg.PoolClient, requestIds: readonly string[]): Promise<Map<string, Known>> {
  const { rows } = await client.query<ArchivedRow>(
    `select request_id, content_hash, price_id, price_provider, input_cost, output_cost, cache_cost, estimated
     from archived_usage where request_id = any($1::text[])`,
    [requestIds],
  );
  return new Map(
    rows.map((row) => [row.request_id, { contentHash: row.content_hash, receipt: toArchivedReceipt(row) }]),
  );
}

type BreakdownRow = SumColumns & { model: string | null; slot: number | null; counterparts: number };

// One statement, so that the parts add up to the same totals; one walk of the subject's index (see usageSlice).
async function readUsage(
  pool: pg.Pool,
  ...[subject, window, boundaries]: Parameters<UsageStore["usageOf"]>
): Promise<UsageBreakdown> {
  const bindings = createBindings();
  const counterpart = subject.kind === "user" ? "project_id" : "user_id";
  const slice = usageSlice(bindings, window, filterOf(subject));
  const rows = await query<BreakdownRow>(
    pool,
    `with used as (
       select width_bucket(at, ${bindings.bind(boundaries.map(toInstant))}::timestamptz[]) as slot, slice.* from ${slice} as slice
     )
     select model, slot, (select count(distinct nullif(${counterpart}, '')) from used) as counterparts,
       ${sumColumns}
     from used
     group by grouping sets ((model), (slot))
     having sum(requests) > 0
     order by slot, model`,
    bindings.values,
  );
  return {
    byModel: rows.flatMap((row) => (row.model === null ? [] : [{ model: row.model, ...toSums(row) }])),
    // width_bucket numbers the intervals from 1.
    byInterval: rows.flatMap((row) => (row.slot === null ? [] : [{ index: row.slot - 1, ...toSums(row) }])),
    counterparts: rows[0]?.counterparts ?? 0,
  };
}

function filterOf(subject: UsageSubject): UsageFilter {
  if (subject.kind === "platform") return {};
  return subject.kind === "user" ? { userId: subject.id } : { projectId: subject.id };
}

async function readFirstUse(
  pool: pg.Pool,
  subject: Parameters<UsageStore["firstUseOf"]>[0],
): Promise<number | undefined> {
  // The first entry of usage_rollup_bucket, of usage_rollup_project's range, or of the primary key's.
  const [row] =
    subject.kind === "platform"
      ? await query<{ first: Date | null }>(pool, "select min(bucket) as first from usage_rollup")
      : await query<{ first: Date | null }>(
          pool,
          `select min(bucket) as first from usage_rollup where ${subject.kind === "user" ? "user_id" : "project_id"} = $1`,
          [subject.id],
        );
  return row?.first?.getTime();
}

type ArchivedRow = {
  request_id: string;
  content_hash: Buffer;
  price_id: number;
  price_provider: string;
  input_cost: string;
  output_cost: string;
  cache_cost: string;
  estimated: boolean;
};

function toArchivedReceipt(row: ArchivedRow): Receipt {
  return {
    priceId: row.price_id,
    priceProvider: row.price_provider,
    inputCost: parseMoney(row.input_cost),
    outputCost: parseMoney(row.output_cost),
    cacheCost: parseMoney(row.cache_cost),
    estimated: row.estimated,
  };
}
