import type pg from "pg";
import { moneyToText } from "../../money.js";
import { toInstant } from "../../types.js";
import type { AuditNote } from "../audit-store.js";
import type { RecostChange, RecostPosition, RecostScope, RecostStep, RecostStore } from "../recost-store.js";
import type { Receipt, UsageRecord } from "../usage-store.js";
import { writeAudit } from "./audit-rows.js";
import { type Bindings, createBindings } from "./slices.js";
import { inTransaction, query } from "./transaction.js";
import { addToRollups } from "./usage-rollup.js";
import { type RecordColumns, recordColumns, recordsWithPrices, toRecord } from "./usage-rows.js";

export function createRecostStore(pool: pg.Pool): RecostStore {
  return {
    step: (request) => inTransaction(pool, (client) => runStep(client, request)),
    async countArchived({ from, to }) {
      const [row] = await query<{ calls: number }>(
        pool,
        `select coalesce(sum(rows), 0)::bigint as calls from archive where kind = 'usage_record' and state = 'archived'
           and last_at >= coalesce($1::timestamptz, '-infinity') and first_at < coalesce($2::timestamptz, 'infinity')`,
        [from === null ? null : toInstant(from), to === null ? null : toInstant(to)],
      );
      return row?.calls ?? 0;
    },
  };
}

type StoredCall = Omit<UsageRecord, "contentHash">;
type Repriced = { call: StoredCall; receipt: Receipt };

async function runStep(
  client: pg.PoolClient,
  { scope, after, limit, receiptOf, audit }: Parameters<RecostStore["step"]>[0],
): Promise<RecostStep> {
  const place = { scope, after, limit };
  const calls =
    audit === null ? await readCalls(client, place) : await readLocked(client, await lockCalls(client, place));
  const repriced = calls.flatMap((call): Repriced[] => {
    const receipt = receiptOf(call);
    return receipt === null || isSame(call.receipt, receipt) ? [] : [{ call, receipt }];
  });
  const changes = repriced.map(({ call, receipt }): RecostChange => {
    const before = call.receipt === null ? null : call.receipt.inputCost.plus(call.receipt.outputCost);
    const after = receipt.inputCost.plus(receipt.outputCost);
    return { model: call.model, occurredAt: call.occurredAt, before, after };
  });
  const auditEntry =
    audit === null || changes.length === 0
      ? (audit?.entry ?? null)
      : await write(client, repriced, { entry: audit.entry, note: audit.noteOf(changes) });
  const last = calls.length < limit ? undefined : calls.at(-1);
  return { scanned: calls.length, changes, next: last ?? null, auditEntry };
}

function isSame(before: Receipt | null, after: Receipt): boolean {
  return (
    before !== null &&
    before.priceId === after.priceId &&
    before.inputCost.eq(after.inputCost) &&
    before.outputCost.eq(after.outputCost) &&
    before.cacheCost.eq(after.cacheCost)
  );
}

type Place = { scope: RecostScope; after: RecostPosition | null; limit: number };

async function readCalls(client: pg.PoolClient, place: Place): Promise<StoredCall[]> {
  const { bind, values } = createBindings();
  const { rows } = await client.query<RecordColumns>(
    `select ${recordColumns} from ${recordsWithPrices} ${pageOf(bind, place)}`,
    values,
  );
  return rows.map(toRecord);
}

async function lockCalls(client: pg.PoolClient, place: Place): Promise<string[]> {
  const { bind, values } = createBindings();
  const { rows } = await client.query<{ request_id: string }>(
    `select request_id from usage_record ${pageOf(bind, place)} for no key update`,
    values,
  );
  return rows.map((row) => row.request_id);
}

// A statement of its own, after the locks: one that waited for a lock sees the call as it is now, and still joins the price
// that the call had when the statement began.
async function readLocked(client: pg.PoolClient, requestIds: readonly string[]): Promise<StoredCall[]> {
  const { rows } = await client.query<RecordColumns>(
    `select ${recordColumns} from ${recordsWithPrices} where request_id = any($1::text[]) order by occurred_at, request_id`,
    [requestIds],
  );
  return rows.map(toRecord);
}

// Index: usage_record_occurred_at; of calls without a price usage_record_unpriced, where the scope names a model.
function pageOf(bind: Bindings["bind"], { scope, after, limit }: Place): string {
  const instant = (ms: number): string => `${bind(toInstant(ms))}::timestamptz`;
  const conditions = [
    ...(scope.from === null ? [] : [`occurred_at >= ${instant(scope.from)}`]),
    ...(scope.to === null ? [] : [`occurred_at < ${instant(scope.to)}`]),
    ...(scope.model === null ? [] : [`usage_record.model = ${bind(scope.model)}`]),
    ...(scope.onlyUnpriced ? ["price_id is null"] : []),
    ...(after === null ? [] : [`(occurred_at, request_id) > (${instant(after.occurredAt)}, ${bind(after.requestId)})`]),
  ];
  const where = conditions.length === 0 ? "" : `where ${conditions.join(" and ")}`;
  return `${where} order by occurred_at, request_id limit ${bind(limit)}`;
}

async function write(
  client: pg.PoolClient,
  repriced: readonly Repriced[],
  { entry, note }: { entry: number | null; note: AuditNote },
): Promise<number> {
  await client.query(
    `update usage_record set price_id = repriced.price_id, input_cost = repriced.input_cost,
       output_cost = repriced.output_cost, cache_cost = repriced.cache_cost
     from unnest($1::text[], $2::integer[], $3::numeric[], $4::numeric[], $5::numeric[])
       as repriced (request_id, price_id, input_cost, output_cost, cache_cost)
     where usage_record.request_id = repriced.request_id`,
    [
      repriced.map(({ call }) => call.requestId),
      repriced.map(({ receipt }) => receipt.priceId),
      repriced.map(({ receipt }) => moneyToText(receipt.inputCost)),
      repriced.map(({ receipt }) => moneyToText(receipt.outputCost)),
      repriced.map(({ receipt }) => moneyToText(receipt.cacheCost)),
    ],
  );
  await addToRollups(
    client,
    repriced.flatMap(({ call, receipt }) => [
      { record: call, sign: -1 as const },
      { record: { ...call, receipt }, sign: 1 as const },
    ]),
  );
  await client.query("update price_revision set recosts = recosts + 1");
  if (entry === null) return writeAudit(client, note);
  await client.query("update audit_entry set detail = $2 where entry_key = $1", [entry, JSON.stringify(note.detail)]);
  return entry;
}
