import type { RejectReason } from "@mobigen/analytics-contract";
import type pg from "pg";
import { toInstant } from "../../types.js";
import type { IngestionLedgerStore, LedgerReading } from "../ingestion-ledger-store.js";
import { query } from "./transaction.js";

type Row = { index: number | null; reason: RejectReason | null; events: string } & Record<
  "received" | "stored" | "duplicates" | "rejected",
  string
>;

/** One statement for both tables, so that they are seen at one instant. Served by their primary keys (project_key, bucket, …). */
export function createIngestionLedgerStore(pool: pg.Pool): IngestionLedgerStore {
  return {
    async read(projectKey, boundaries): Promise<LedgerReading> {
      const instants = boundaries.map(toInstant);
      const rows = await query<Row>(
        pool,
        `with bounds as (select $1::integer as project_key, $2::timestamptz[] as instants)
         select width_bucket(bucket, instants) - 1 as index, null as reason, null as events, sum(received) as received,
           sum(stored) as stored, sum(duplicates) as duplicates, sum(rejected) as rejected
         from bounds join ingestion_ledger using (project_key)
         where bucket >= instants[1] and bucket < instants[array_upper(instants, 1)]
         group by 1
         union all
         select null, reason, sum(events), null, null, null, null
         from bounds join ingestion_rejection using (project_key)
         where bucket >= instants[1] and bucket < instants[array_upper(instants, 1)]
         group by reason
         order by 1, 2`,
        [projectKey, instants],
      );
      return {
        byInterval: rows.flatMap((row) => (row.index === null ? [] : [{ index: row.index, ...countsOf(row) }])),
        byReason: rows.flatMap(({ reason, events }) => (reason === null ? [] : [{ reason, events: Number(events) }])),
      };
    },
  };
}

function countsOf({ received, stored, duplicates, rejected }: Row) {
  return {
    received: Number(received),
    stored: Number(stored),
    duplicates: Number(duplicates),
    rejected: Number(rejected),
  };
}
