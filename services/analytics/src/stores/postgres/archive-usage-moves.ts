import type pg from "pg";
import { moneyToText } from "../../money.js";
import type { ArchiveDay, ArchiveRow, RemoveOutcome, RestoreOutcome } from "../archive-store.js";
import {
  lockArchived,
  lockVerified,
  markArchived,
  markRestored,
  RowsChangedError,
  slowly,
  takeTime,
  type VerifiedFileRow,
} from "./archive-rows.js";
import { ofDay, storedTypes, usageColumns, usageDigest, usageProject } from "./archive-usage-rows.js";
import { inTransaction } from "./transaction.js";
import { type RecordColumns, recordColumns, recordsWithPrices, toReceipt } from "./usage-rows.js";

type UsageRemoval = { day: ArchiveDay; files: readonly number[]; at: Date; beforeCommit: () => Promise<void> };

/** Deletes the files' records; of each stays what a retry of it is told. */
export async function removeUsage(pool: pg.Pool, removal: UsageRemoval): Promise<RemoveOutcome> {
  const { day, files, at, beforeCommit } = removal;
  if (day === null || files.length === 0) return "removed";
  try {
    await inTransaction(pool, async (client) => {
      await takeTime(client);
      for (const file of await lockVerified(client, files)) {
        await requireSameRecords(client, day, file);
        await keepReceipts(client, day, file.archive_key);
        const { rowCount } = await slowly(
          client,
          `delete from usage_record where ${ofDay("$1")} and price_id is not null and ${inFile("$2")}`,
          [day, file.archive_key],
        );
        if (rowCount !== file.rows) throw new RowsChangedError();
      }
      await markArchived(client, files, at);
      await beforeCommit();
    });
    return "removed";
  } catch (error) {
    if (error instanceof RowsChangedError) return "changed";
    throw error;
  }
}

const inFile = (file: string): string =>
  `${usageProject} in (select project_id from archive_part where archive_key = ${file})`;

// Locked in the order in which a recost locks them, before they are held against the file: a recost that was first shows here.
async function requireSameRecords(
  client: pg.PoolClient,
  day: string,
  { archive_key, rows, digest }: VerifiedFileRow,
): Promise<void> {
  const where = `${ofDay("$1")} and price_id is not null and ${inFile("$2")}`;
  await slowly(client, `select from usage_record where ${where} order by occurred_at, request_id for update`, [
    day,
    archive_key,
  ]);
  const { rows: found } = await slowly<{ rows: number; digest: string }>(
    client,
    `select count(*) as rows, ${usageDigest}::text as digest from usage_record where ${where}`,
    [day, archive_key],
  );
  if (found[0]?.rows !== rows || found[0].digest !== digest) throw new RowsChangedError();
}

const recordsPerInsert = 2_000;

async function keepReceipts(client: pg.PoolClient, day: string, file: number): Promise<void> {
  await slowly(
    client,
    `declare going no scroll cursor for select content_hash, ${recordColumns} from ${recordsWithPrices}
     where ${ofDay("$1")} and price_id is not null and ${inFile("$2")}`,
    [day, file],
  );
  for (;;) {
    const { rows } = await slowly<RecordColumns & { content_hash: Buffer }>(
      client,
      `fetch ${recordsPerInsert} from going`,
    );
    if (rows.length === 0) break;
    await insertReceipts(client, file, rows);
  }
  await client.query("close going");
}

async function insertReceipts(
  client: pg.PoolClient,
  file: number,
  rows: readonly (RecordColumns & { content_hash: Buffer })[],
): Promise<void> {
  const receipts = rows.map(toReceipt);
  await client.query(
    `insert into archived_usage (archive_key, request_id, content_hash, price_id, price_provider, input_cost, output_cost,
       cache_cost, estimated)
     select $1, * from unnest($2::text[], $3::bytea[], $4::integer[], $5::text[], $6::numeric[], $7::numeric[], $8::numeric[],
       $9::boolean[])`,
    [
      file,
      rows.map((row) => row.request_id),
      rows.map((row) => row.content_hash),
      receipts.map((receipt) => receipt?.priceId),
      receipts.map((receipt) => receipt?.priceProvider),
      receipts.map((receipt) => (receipt === null ? null : moneyToText(receipt.inputCost))),
      receipts.map((receipt) => (receipt === null ? null : moneyToText(receipt.outputCost))),
      receipts.map((receipt) => (receipt === null ? null : moneyToText(receipt.cacheCost))),
      receipts.map((receipt) => receipt?.estimated),
    ],
  );
}

export type UsageRestoration = {
  file: number;
  rows: AsyncIterable<ArchiveRow[]>;
  when: { at: Date; keptUntil: Date };
  beforeCommit: () => Promise<void>;
};

/** Records with the receipts that they had; what counts them was never taken away. */
export function restoreUsage(pool: pg.Pool, restoration: UsageRestoration): Promise<RestoreOutcome> {
  const { file, rows: archived, when, beforeCommit } = restoration;
  return inTransaction(pool, async (client): Promise<RestoreOutcome> => {
    await takeTime(client);
    if (!(await lockArchived(client, file))) return { kind: "not_archived" };
    let rows = 0;
    for await (const some of archived) rows += await insertRows(client, some);
    const { rowCount } = await slowly(client, "delete from archived_usage where archive_key = $1", [file]);
    if (rowCount !== rows) throw new Error(`${rows} records came back of ${rowCount}`);
    await markRestored(client, file, when);
    await beforeCommit();
    return { kind: "restored", rows, erased: 0 };
  });
}

const storedColumns = usageColumns.map(({ name }, place) => ({ name, place, type: storedTypes[name] }));
const insertedColumns = storedColumns.filter(({ type }) => type !== undefined);

const read: Readonly<Record<string, string>> = {
  tags: "case when tags is not null then array(select jsonb_array_elements_text(tags)) end",
  content_hash: "decode(content_hash, 'hex')",
};

const insertStatement = `insert into usage_record (${insertedColumns.map(({ name }) => name).join(", ")})
  select ${insertedColumns.map(({ name }) => read[name] ?? name).join(", ")}
  from unnest(${insertedColumns.map(({ type }, n) => `$${n + 1}::${type}[]`).join(", ")})
    as archived (${insertedColumns.map(({ name }) => name).join(", ")})`;

async function insertRows(client: pg.PoolClient, rows: readonly ArchiveRow[]): Promise<number> {
  const values = insertedColumns.map(({ place }) => rows.map((row) => row[place] ?? null));
  const { rowCount } = await slowly(client, insertStatement, values);
  return rowCount ?? 0;
}
