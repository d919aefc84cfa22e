import type { ReportScope } from "@mobigen/analytics-contract";
import type pg from "pg";
import type { ReportMail, ReportSubscriptionRow, ReportSubscriptionStore } from "../report-subscription-store.js";
import { writeAudit } from "./audit-rows.js";
import { addDelivery } from "./outbox-store.js";
import { inTransaction, query } from "./transaction.js";

export function createReportSubscriptionStore(pool: pg.Pool): ReportSubscriptionStore {
  return {
    create: (wanted, maxSubscriptions, audit) =>
      inTransaction(pool, async (client) => {
        if ((await countSubscriptions(client)) >= maxSubscriptions) return "limit";
        const { rows } = await client.query<Columns>(
          `insert into report_subscription (id, scope, scope_id, address, timezone, created_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, $6)
           on conflict (scope, scope_id, lower(address)) do nothing returning ${columns}`,
          [wanted.id, wanted.scope, wanted.scopeId ?? "", wanted.address, wanted.timezone, audit.at],
        );
        if (rows[0] === undefined) return "exists";
        await writeAudit(client, audit);
        return toSubscription(rows[0]);
      }),

    // Thousands at most: sorted as a whole.
    async list({ after, limit }) {
      const rows = await query<Columns>(
        pool,
        `select ${columns} from report_subscription
         where $1::timestamptz is null or (created_at, id) < ($1, $2::uuid)
         order by created_at desc, id desc limit $3`,
        [after?.createdAt ?? null, after?.id ?? null, limit],
      );
      return rows.map(toSubscription);
    },

    async find(id) {
      const rows = await query<Columns>(pool, `select ${columns} from report_subscription where id = $1`, [id]);
      return rows[0] === undefined ? null : toSubscription(rows[0]);
    },

    update: (id, { timezone, paused }, audit) =>
      inTransaction(pool, async (client) => {
        const { rows } = await client.query<Columns>(
          `update report_subscription set timezone = coalesce($2, timezone), updated_at = $4,
             paused_at = case when $3::boolean then coalesce(paused_at, $4) when not $3 then null else paused_at end
           where id = $1 returning ${columns}`,
          [id, timezone ?? null, paused ?? null, audit.at],
        );
        if (rows[0] === undefined) return null;
        if (paused === true) await dropUnsent(client, rows[0].subscription_key);
        await writeAudit(client, audit);
        return toSubscription(rows[0]);
      }),

    remove: (id, audit) =>
      inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ subscription_key: number }>(
          "select subscription_key from report_subscription where id = $1 for update",
          [id],
        );
        if (rows[0] === undefined) return false;
        await dropUnsent(client, rows[0].subscription_key);
        await client.query("delete from report_subscription where subscription_key = $1", [rows[0].subscription_key]);
        await writeAudit(client, audit);
        return true;
      }),

    async due(windowEnd, { after, limit }) {
      const rows = await query<Columns>(
        pool,
        `select ${columns} from report_subscription
         where ${isActive} and created_at < $1 and (reported_until is null or reported_until < $1)
           and ($2::text is null or (scope, scope_id, timezone, subscription_key) > ($2, $3, $4, $5::integer))
         order by scope, scope_id, timezone, subscription_key limit $6`,
        [
          windowEnd,
          after?.scope ?? null,
          after === null ? null : (after.scopeId ?? ""),
          after?.timezone ?? null,
          after?.subscriptionKey ?? null,
          limit,
        ],
      );
      return rows.map(toSubscription);
    },

    queue: (subscriptionKey, windowEnd, mail) =>
      inTransaction(pool, async (client) => {
        // Two that report the same window meet at this row: the second one finds it reported.
        const { rowCount } = await client.query(
          `update report_subscription set reported_until = $2, last_report_at = $3
           where subscription_key = $1 and ${isActive} and (reported_until is null or reported_until < $2)`,
          [subscriptionKey, windowEnd, mail.at],
        );
        return rowCount === 1 && addMail(client, subscriptionKey, mail);
      }),

    queueExtra: (subscriptionKey, mail) =>
      inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `update report_subscription set last_report_at = $2 where subscription_key = $1 and ${isActive}`,
          [subscriptionKey, mail.at],
        );
        return rowCount === 1 && addMail(client, subscriptionKey, mail);
      }),

    async findByToken(tokenHash) {
      const rows = await query<Columns>(
        pool,
        `select ${columns} from report_subscription
         where subscription_key = (select subscription_key from report_mail where token_hash = $1)`,
        [tokenHash],
      );
      return rows[0] === undefined ? null : toSubscription(rows[0]);
    },

    unsubscribe: (subscriptionKey, audit) =>
      inTransaction(pool, async (client) => {
        const { rowCount } = await client.query(
          `update report_subscription set unsubscribed_at = $2, updated_at = $2
           where subscription_key = $1 and unsubscribed_at is null`,
          [subscriptionKey, audit.at],
        );
        if (rowCount === 0) return;
        await dropUnsent(client, subscriptionKey);
        await writeAudit(client, audit);
      }),

    async dropMails(before) {
      const { rowCount } = await pool.query("delete from report_mail where created_at < $1", [before]);
      return rowCount ?? 0;
    },
  };
}

const isActive = "paused_at is null and unsubscribed_at is null";

async function countSubscriptions(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ subscriptions: number }>(
    "select count(*) as subscriptions from report_subscription",
  );
  return rows[0]?.subscriptions ?? 0;
}

async function addMail(client: pg.PoolClient, subscriptionKey: number, mail: ReportMail): Promise<boolean> {
  const deliveryKey = await addDelivery(client, mail.delivery, mail.at);
  if (deliveryKey === null) return false;
  await client.query(
    "insert into report_mail (token_hash, subscription_key, delivery_key, created_at) values ($1, $2, $3, $4)",
    [mail.tokenHash, subscriptionKey, deliveryKey, mail.at],
  );
  return true;
}

/** Those that wait, and those that were given up and could be sent again. One that is being sent just now arrives. */
async function dropUnsent(client: pg.PoolClient, subscriptionKey: number): Promise<void> {
  await client.query(
    `delete from outbox where delivered_at is null
       and delivery_key in (select delivery_key from report_mail where subscription_key = $1)`,
    [subscriptionKey],
  );
}

const names = [
  ...["subscription_key", "id", "scope", "scope_id", "address", "timezone", "created_at", "updated_at"],
  ...["paused_at", "unsubscribed_at", "last_report_at"],
];
const columns = names.map((name) => `report_subscription.${name}`).join(", ");

type Columns = {
  subscription_key: number;
  id: string;
  scope: ReportScope;
  scope_id: string;
  address: string;
  timezone: string;
  created_at: Date;
  updated_at: Date;
  paused_at: Date | null;
  unsubscribed_at: Date | null;
  last_report_at: Date | null;
};

function toSubscription(row: Columns): ReportSubscriptionRow {
  return {
    subscriptionKey: row.subscription_key,
    id: row.id,
    scope: row.scope,
    scopeId: row.scope_id === "" ? null : row.scope_id,
    address: row.address,
    timezone: row.timezone,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    pausedAt: row.paused_at,
    unsubscribedAt: row.unsubscribed_at,
    lastReportAt: row.last_report_at,
  };
}
