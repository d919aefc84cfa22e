import type pg from "pg";
import { toInstant } from "../../types.js";
import type { CostGroupRow, CostStore, GroupQuestion } from "../cost-store.js";
import type { UsageSums } from "../usage-store.js";
import { toPrice } from "./price-rows.js";
import { type Bindings, createBindings, taggedUsageSlice, usageSlice } from "./slices.js";
import { inSnapshot, query } from "./transaction.js";
import { isPriced, type RecordColumns, recordColumns, recordsWithPrices, toRecord } from "./usage-rows.js";
import { type SumColumns, sumColumns, toSums } from "./usage-sums.js";

export function createCostStore(pool: pg.Pool): CostStore {
  return {
    groups: (question) =>
      inSnapshot(pool, async (client) => ({
        sums: await readSums(client, question),
        groups: await readGroups(client, question),
      })),

    // The primary key.
    async findRecord(requestId) {
      const [row] = await query<RecordColumns>(
        pool,
        `select ${recordColumns} from ${recordsWithPrices} where request_id = $1`,
        [requestId],
      );
      if (row === undefined) return null;
      return { record: toRecord(row), price: isPriced(row) ? toPrice(row) : null };
    },

    // Both primary keys.
    async findArchived(requestId) {
      const [row] = await query<{ file: number; day: string; archived_at: Date }>(
        pool,
        `select archive_key as file, archive.day, archive.archived_at from archived_usage join archive using (archive_key)
         where request_id = $1`,
        [requestId],
      );
      return row === undefined ? null : { file: row.file, day: row.day, archivedAt: row.archived_at };
    },
  };
}

// Indexes: see the slices.
async function readSums(client: pg.PoolClient, { window, filter }: GroupQuestion): Promise<UsageSums> {
  const bindings = createBindings();
  const slice =
    filter.tag === undefined ? usageSlice(bindings, window, filter) : taggedUsageSlice(bindings, window, filter);
  const { rows } = await client.query<SumColumns>(`select ${sumColumns} from ${slice} as slice`, bindings.values);
  if (rows[0] === undefined) throw new Error("an aggregate answers one row");
  return toSums(rows[0]);
}

async function readGroups(client: pg.PoolClient, question: GroupQuestion): Promise<CostGroupRow[]> {
  const { window, filter, by, offset, limit } = question;
  const bindings = createBindings();
  const isTagged = filter.tag !== undefined || (by.kind === "key" && by.key === "tag");
  const slice = isTagged ? taggedUsageSlice(bindings, window, filter) : usageSlice(bindings, window, filter);
  const order =
    by.kind === "key" ? "sum(input_cost) + sum(output_cost) desc, sum(requests) desc, key" : `key ${by.order}`;
  const { rows } = await client.query<SumColumns & { key: string | number }>(
    `select ${keyOf(bindings, by)} as key, ${sumColumns}
     from ${slice} as slice
     group by 1
     having sum(requests) > 0
     order by ${order}
     offset ${bindings.bind(offset)} limit ${bindings.bind(limit)}`,
    bindings.values,
  );
  return rows.map((row) => ({ key: String(row.key), ...toSums(row) }));
}

function keyOf({ bind }: Bindings, by: GroupQuestion["by"]): string {
  // width_bucket numbers the intervals from 1.
  if (by.kind === "intervals") return `width_bucket(at, ${bind(by.boundaries.map(toInstant))}::timestamptz[]) - 1`;
  return keyColumns[by.key];
}

const keyColumns = {
  user: "user_id",
  project: "project_id",
  model: "model",
  provider: "provider",
  feature: "feature",
  tag: "tag",
} as const;
