import type pg from "pg";
import { type Money, moneyToText, zeroMoney } from "../../money.js";
import { bucketOf, toInstant } from "../../types.js";
import type { Receipt, UsageRecord } from "../usage-store.js";
import { type Spend, spendInTransaction } from "./budget-ledger.js";
import { prepared } from "./client.js";
import { compareTexts } from "./identity.js";
import { isClosed, summedUsage } from "./late-changes.js";

/** What the rollups take of a record. */
export type RolledRecord = Omit<
  UsageRecord,
  "requestId" | "receivedAt" | "status" | "durationMs" | "contentHash" | "serviceTier"
>;

/** A record that is new (1), or that goes (-1) because it comes again in another way. */
export type RollupChange = { record: RolledRecord; sign: 1 | -1 };

/**
 * Adds the changes to usage_rollup and usage_tag_rollup, and to what hard budgets have spent; settles what `settledRequests` held on
 * budgets. Rows sorted by their keys: writers that meet never wait in a circle.
 */
export async function addToRollups(
  client: pg.PoolClient,
  changes: readonly RollupChange[],
  settledRequests: readonly string[] = [],
): Promise<void> {
  await upsert(
    client,
    "usage_rollup",
    rollUp(changes, () => [""]),
  );
  await upsert(
    client,
    "usage_tag_rollup",
    // A tag that is given twice is one.
    rollUp(changes, ({ tags }) => (tags === null ? [] : [...new Set(tags)])),
  );
  await spendInTransaction(client, changes.map(toSpend), settledRequests);
}

function toSpend({ record, sign }: RollupChange): Spend {
  const { userId, projectId, feature, occurredAt } = record;
  return { userId, projectId, feature, occurredAt, cost: costOf(record.receipt).times(sign) };
}

function costOf(receipt: Receipt | null): Money {
  return receipt === null ? zeroMoney : receipt.inputCost.plus(receipt.outputCost);
}

// Counts as bigint: a flush of huge calls must add up as exactly as its rows do.
type Counts = Record<(typeof countColumns)[number], bigint>;
type Amounts = Record<(typeof amountColumns)[number], Money>;
type RollupRow = Counts & Amounts & Key;
type Key = {
  tag: string;
  bucket: number;
  user_id: string;
  project_id: string;
  model: string;
  provider: string;
  feature: string;
};

const textColumns = ["user_id", "project_id", "model", "provider", "feature"] as const;
const countColumns = [
  "requests",
  "unpriced_requests",
  "failed_requests",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "reasoning_tokens",
] as const;
const amountColumns = [
  "input_cost",
  "output_cost",
  "cache_cost",
  "failed_cost",
  "generation_cost",
  "build_cost",
] as const;
const sumColumns = [...countColumns, ...amountColumns];

/** One row a primary key, sorted by it; rows that change nothing left out. */
function rollUp(changes: readonly RollupChange[], tagsOf: (record: RolledRecord) => readonly string[]): RollupRow[] {
  const rows = new Map<string, RollupRow>();
  for (const { record, sign } of changes) {
    const tags = tagsOf(record);
    if (tags.length === 0) continue;
    const place = placeOf(record);
    const sums = sumsOf(record, record.receipt);
    for (const tag of tags) {
      const key = JSON.stringify([
        tag,
        place.user_id,
        place.bucket,
        place.project_id,
        place.model,
        place.provider,
        place.feature,
      ]);
      const row = rows.get(key);
      if (row === undefined && sign === 1) rows.set(key, { tag, ...place, ...sums });
      else rows.set(key, add(row ?? { tag, ...place, ...noUsage }, sums, sign));
    }
  }
  return [...rows.entries()]
    .filter(
      ([, row]) => countColumns.some((name) => row[name] !== 0n) || amountColumns.some((name) => !row[name].eq(0)),
    )
    .sort(([a], [b]) => compareTexts(a, b))
    .map(([, row]) => row);
}

function placeOf(record: RolledRecord): Omit<Key, "tag"> {
  return {
    bucket: bucketOf(record.occurredAt),
    user_id: record.userId,
    project_id: record.projectId ?? "",
    model: record.model,
    provider: record.provider ?? record.receipt?.priceProvider ?? "",
    feature: record.feature ?? "",
  };
}

function sumsOf(record: RolledRecord, receipt: Receipt | null): Counts & Amounts {
  const cost = costOf(receipt);
  return {
    requests: 1n,
    unpriced_requests: receipt === null ? 1n : 0n,
    failed_requests: record.failed ? 1n : 0n,
    input_tokens: BigInt(record.inputTokens),
    output_tokens: BigInt(record.outputTokens),
    cache_read_tokens: BigInt(record.cacheReadTokens),
    cache_write_tokens: BigInt(record.cacheWriteTokens),
    reasoning_tokens: BigInt(record.reasoningTokens),
    input_cost: receipt?.inputCost ?? zeroMoney,
    output_cost: receipt?.outputCost ?? zeroMoney,
    cache_cost: receipt?.cacheCost ?? zeroMoney,
    failed_cost: record.failed ? cost : zeroMoney,
    generation_cost: record.purpose === "generation" ? cost : zeroMoney,
    build_cost: record.purpose === "build" ? cost : zeroMoney,
  };
}

const noUsage = {
  ...(Object.fromEntries(countColumns.map((name) => [name, 0n])) as Counts),
  ...(Object.fromEntries(amountColumns.map((name) => [name, zeroMoney])) as Amounts),
};

function add(row: RollupRow, sums: Counts & Amounts, sign: 1 | -1): RollupRow {
  const result = { ...row };
  for (const name of countColumns) result[name] = row[name] + (sign === 1 ? sums[name] : -sums[name]);
  for (const name of amountColumns)
    result[name] = sign === 1 ? row[name].plus(sums[name]) : row[name].minus(sums[name]);
  return result;
}

async function upsert(client: pg.PoolClient, table: RollupTable, rows: readonly RollupRow[]): Promise<void> {
  if (rows.length === 0) return;
  const texts = table === "usage_rollup" ? textColumns : (["tag", ...textColumns] as const);
  await client.query(
    statements[table]([
      rows.map((row) => toInstant(row.bucket)),
      ...texts.map((name) => rows.map((row) => row[name])),
      ...countColumns.map((name) => rows.map((row) => row[name])),
      ...amountColumns.map((name) => rows.map((row) => moneyToText(row[name]))),
    ]),
  );
}

type RollupTable = "usage_rollup" | "usage_tag_rollup";

// Of the rollup's columns, those that the days' sums have too.
const lateUsage = `late as (
  insert into late_platform_change (day, user_id, project_id, ${summedUsage.join(", ")})
  select bucket::date, user_id, project_id, ${summedUsage.join(", ")} from sent where ${isClosed("bucket")}
)`;

const statements: Record<RollupTable, ReturnType<typeof prepared>> = {
  usage_rollup: prepared(
    "upsert_usage_rollup",
    upsertInto("usage_rollup", textColumns, "user_id, bucket, project_id, model, provider, feature", lateUsage),
  ),
  usage_tag_rollup: prepared(
    "upsert_usage_tag_rollup",
    upsertInto(
      "usage_tag_rollup",
      ["tag", ...textColumns],
      "tag, bucket, user_id, project_id, model, provider, feature",
    ),
  ),
};

function upsertInto(table: RollupTable, texts: readonly string[], key: string, beside?: string): string {
  const columns = ["bucket", ...texts, ...sumColumns];
  const types = [
    "timestamptz",
    ...texts.map(() => "text"),
    ...countColumns.map(() => "bigint"),
    ...amountColumns.map(() => "numeric"),
  ];
  return `with sent as (
      select * from unnest(${types.map((type, n) => `$${n + 1}::${type}[]`).join(", ")}) as sent (${columns.join(", ")})
    )${beside === undefined ? "" : `, ${beside}`}
    insert into ${table} as rollup (${columns.join(", ")})
    select * from sent
    on conflict (${key}) do update set
      ${sumColumns.map((name) => `${name} = rollup.${name} + excluded.${name}`).join(", ")}`;
}
