import type pg from "pg";
import type { ClaimedDelivery, DeliveryContent, DeliveryRow, NewDelivery, OutboxStore } from "../outbox-store.js";
import { writeAudit } from "./audit-rows.js";
import { inTransaction, query } from "./transaction.js";

export function createOutboxStore(pool: pg.Pool): OutboxStore {
  return {
    add: (deliveries, at) => inTransaction(pool, (client) => addDeliveries(client, deliveries, at)),
    claim: (at, leaseUntil, limit) => claim(pool, at, leaseUntil, limit),

    async settle(deliveryKey, outcome, at) {
      // A secret, and what a mail said and its unsubscribe link, are of no more use in the row of a message that arrived. One
      // that was given up keeps them: it can be sent again.
      await query(
        pool,
        `update outbox set
           delivered_at = case when $2 = 'delivered' then $3::timestamptz end,
           gave_up_at = case when $2 = 'gave_up' then $3::timestamptz end,
           next_attempt_at = coalesce($4, next_attempt_at),
           last_error = coalesce($5, last_error),
           payload = case when $2 = 'delivered' then payload - '{secret,text,html,headers}'::text[] else payload end
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

    async list({ state, before, limit }) {
      const rows = await query<MessageColumns>(
        pool,
        `select ${messageColumns} from outbox
         where ${state === null ? "true" : stateConditions[state]} and ($1::bigint is null or delivery_key < $1)
         order by delivery_key desc limit $2`,
        [before, limit],
      );
      return rows.map(toMessage);
    },

    resend: (deliveryKey, audit) =>
      inTransaction(pool, async (client) => {
        const { rows } = await client.query<MessageColumns>(
          `update outbox set gave_up_at = null, attempts = 0, next_attempt_at = $2
           where delivery_key = $1 and gave_up_at is not null returning ${messageColumns}`,
          [deliveryKey, audit.at],
        );
        if (rows[0] === undefined) return null;
        await writeAudit(client, audit);
        return toMessage(rows[0]);
      }),

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

/** The same for one. Answers its key; null when its dedupe key is not new. */
export async function addDelivery(client: pg.PoolClient, delivery: NewDelivery, at: Date): Promise<number | null> {
  const { rows } = await client.query<{ delivery_key: number }>(
    `insert into outbox (dedupe_key, kind, payload, created_at, next_attempt_at) values ($1, $2, $3, $4, $4)
     on conflict (dedupe_key) do nothing returning delivery_key`,
    [delivery.dedupeKey, delivery.kind, JSON.stringify(delivery.payload), at],
  );
  return rows[0]?.delivery_key ?? null;
}

// Those that wait, and those that were given up, are few: by outbox_due and outbox_gave_up, or a walk of the primary key.
const stateConditions = {
  waiting: "delivered_at is null and gave_up_at is null",
  delivered: "delivered_at is not null",
  gave_up: "gave_up_at is not null",
};

const messageColumns =
  "delivery_key, dedupe_key, kind, payload, attempts, created_at, next_attempt_at, delivered_at, gave_up_at, last_error";

type MessageColumns = ClaimedRow & {
  next_attempt_at: Date;
  delivered_at: Date | null;
  gave_up_at: Date | null;
  last_error: string | null;
};

function toMessage(row: MessageColumns): DeliveryRow {
  return {
    ...toDelivery(row),
    state: row.delivered_at !== null ? "delivered" : row.gave_up_at !== null ? "gave_up" : "waiting",
    nextAttemptAt: row.next_attempt_at,
    finishedAt: row.delivered_at ?? row.gave_up_at,
    lastError: row.last_error,
  };
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
  return rows.sort((a, b) => a.delivery_key - b.delivery_key).map(toDelivery);
}

function toDelivery(row: ClaimedRow): ClaimedDelivery {
  return {
    deliveryKey: row.delivery_key,
    dedupeKey: row.dedupe_key,
    kind: row.kind,
    // Of its kind: addDeliveries wrote it.
    payload: row.payload,
    attempts: row.attempts,
    createdAt: row.created_at,
  };
}
