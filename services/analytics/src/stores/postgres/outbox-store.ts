import type pg from "pg";
import type { ClaimedDelivery, DeliveryContent, NewDelivery, OutboxStore } from "../outbox-store.js";
import { inTransaction, query } from "./transaction.js";

export function createOutboxStore(pool: pg.Pool): OutboxStore {
  return {
    add: (deliveries, at) => inTransaction(pool, (client) => addDeliveries(client, deliveries, at)),
    claim: (at, leaseUntil, limit) => claim(pool, at, leaseUntil, limit),

    async settle(deliveryKey, outcome, at) {
      // A webhook's secret is of no more use in a row that is finished.
      await query(
        pool,
        `update outbox set
           delivered_at = case when $2 = 'delivered' then $3::timestamptz end,
           gave_up_at = case when $2 = 'gave_up' then $3::timestamptz end,
           next_attempt_at = coalesce($4, next_attempt_at),
           last_error = coalesce($5, last_error),
           payload = case when $2 = 'retry' then payload else payload - 'secret' end
         where delivery_key = $1 and delivered_at is null and gave_up_at is null`,
        [
          deliveryKey,
          outcome.kind,
          at,
          outcome.kind === "retry" ? outcome.nextAttemptAt : null,
          outcome.kind === "delivered" ? null : outcome.error,
        ],
      );
    },

    // Few and once an hour: a walk of the table in the order of its key, which is that of time.
    async dropFinished(before, limit) {
      const { rowCount } = await pool.query(
        `delete from outbox where delivery_key in (
           select delivery_key from outbox where coalesce(delivered_at, gave_up_at) < $1 order by delivery_key limit $2
         )`,
        [before, limit],
      );
      return rowCount ?? 0;
    },
  };
}

/** Writes what is to be sent in the transaction of its cause. Answers how many were new. */
export async function addDeliveries(
  client: pg.PoolClient,
  deliveries: readonly NewDelivery[],
  at: Date,
): Promise<number> {
  if (deliveries.length === 0) return 0;
  const { rowCount } = await client.query(
    `insert into outbox (dedupe_key, kind, payload, created_at, next_attempt_at)
     select dedupe_key, kind, payload, $4, $4 from unnest($1::text[], $2::text[], $3::jsonb[]) as sent (dedupe_key, kind, payload)
     order by dedupe_key
     on conflict (dedupe_key) do nothing`,
    [
      deliveries.map(({ dedupeKey }) => dedupeKey),
      deliveries.map(({ kind }) => kind),
      deliveries.map(({ payload }) => JSON.stringify(payload)),
      at,
    ],
  );
  return rowCount ?? 0;
}

type ClaimedRow = {
  delivery_key: number;
  dedupe_key: string;
  kind: DeliveryContent["kind"];
  payload: never;
  attempts: number;
  created_at: Date;
};

// One statement: whoever holds a row's lock moves its time, and others pass over it (outbox_due).
async function claim(pool: pg.Pool, at: Date, leaseUntil: Date, limit: number): Promise<ClaimedDelivery[]> {
  const rows = await query<ClaimedRow>(
    pool,
    `update outbox set next_attempt_at = $2, attempts = attempts + 1
     where delivery_key in (
       select delivery_key from outbox
       where delivered_at is null and gave_up_at is null and next_attempt_at <= $1
       order by next_attempt_at limit $3
       for update skip locked
     )
     returning delivery_key, dedupe_key, kind, payload, attempts, created_at`,
    [at, leaseUntil, limit],
  );
  return rows
    .sort((a, b) => a.delivery_key - b.delivery_key)
    .map((row) => ({
      deliveryKey: row.delivery_key,
      dedupeKey: row.dedupe_key,
      kind: row.kind,
      // Of its kind: addDeliveries wrote it.
      payload: row.payload,
      attempts: row.attempts,
      createdAt: row.created_at,
    }));
}
