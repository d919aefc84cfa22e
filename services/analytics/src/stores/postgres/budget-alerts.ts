import type pg from "pg";
import { type Money, moneyToText, parseMoney } from "../../money.js";
import { type TimeWindow, toInstant } from "../../types.js";
import type { BudgetCrossing, BudgetRow } from "../budget-store.js";
import type { NewDelivery } from "../outbox-store.js";
import { type BudgetColumns, budgetColumns, toBudget } from "./budget-rows.js";
import { addDeliveries } from "./outbox-store.js";
import { inTransaction, query } from "./transaction.js";

/** `at` null: the database's time. A transaction that counts has no clock of its own. */
export type NewCrossing = Omit<BudgetCrossing, "at"> & { at: Date | null };

/**
 * Notes the crossings that nobody has noted before: the primary key decides, on any number of replicas. Of several that a budget
 * crosses at once the highest is left to be announced: one call that takes a month from 0 to 120 % is one message. Answers how
 * many were new.
 */
export async function noteCrossings(client: pg.PoolClient, crossings: readonly NewCrossing[]): Promise<number> {
  if (crossings.length === 0) return 0;
  const highest = new Map<string, number>();
  for (const { budgetKey, window, threshold } of crossings) {
    const key = `${budgetKey}/${window.from}`;
    highest.set(key, Math.max(threshold, highest.get(key) ?? 0));
  }
  const { rowCount } = await client.query(
    `insert into budget_alert (budget_key, period_start, period_end, threshold, spent, limit_usd, at, announced_at)
     select budget_key, period_start, period_end, threshold, spent, limit_usd, coalesce(at, now()),
       case when not highest then coalesce(at, now()) end
     from unnest($1::integer[], $2::timestamptz[], $3::timestamptz[], $4::integer[], $5::numeric[], $6::numeric[], $7::timestamptz[],
       $8::boolean[]) as crossed (budget_key, period_start, period_end, threshold, spent, limit_usd, at, highest)
     order by budget_key, period_start, threshold
     on conflict (budget_key, period_start, threshold) do nothing`,
    [
      crossings.map(({ budgetKey }) => budgetKey),
      crossings.map(({ window }) => toInstant(window.from)),
      crossings.map(({ window }) => toInstant(window.to)),
      crossings.map(({ threshold }) => threshold),
      crossings.map(({ spent }) => moneyToText(spent)),
      crossings.map(({ limit }) => moneyToText(limit)),
      crossings.map(({ at }) => at),
      crossings.map(({ budgetKey, window, threshold }) => highest.get(`${budgetKey}/${window.from}`) === threshold),
    ],
  );
  return rowCount ?? 0;
}

type AlertColumns = {
  period_start: Date;
  period_end: Date;
  threshold: number;
  spent: string;
  alert_limit: string;
  at: Date;
};

const alertColumns = "period_start, period_end, threshold, spent, budget_alert.limit_usd as alert_limit, at";

/** The latest alerts of a budget, newest first. */
export async function readAlerts(pool: pg.Pool, budgetKey: number, limit: number): Promise<BudgetCrossing[]> {
  const rows = await query<AlertColumns>(
    pool,
    `select ${alertColumns} from budget_alert where budget_key = $1
     order by period_start desc, threshold desc limit $2`,
    [budgetKey, limit],
  );
  return rows.map((row) => ({ budgetKey, ...toAlert(row) }));
}

/** See BudgetStore.announce. Alerts that another replica is announcing are passed over (budget_alert_unannounced). */
export async function announce(
  pool: pg.Pool,
  at: Date,
  limit: number,
  messagesOf: (budget: BudgetRow, alert: BudgetCrossing) => NewDelivery[],
): Promise<number> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<BudgetColumns & AlertColumns & { alert_key: number }>(
      `select alert_key, ${alertColumns}, ${budgetColumns}
       from budget_alert join budget using (budget_key)
       where announced_at is null order by alert_key limit $1
       for update of budget_alert skip locked`,
      [limit],
    );
    if (rows.length === 0) return 0;
    const messages = rows.flatMap((row) => {
      const budget = toBudget(row);
      return messagesOf(budget, { budgetKey: budget.budgetKey, ...toAlert(row) });
    });
    await addDeliveries(client, messages, at);
    await client.query("update budget_alert set announced_at = $2 where alert_key = any($1::bigint[])", [
      rows.map(({ alert_key }) => alert_key),
      at,
    ]);
    return rows.length;
  });
}

type Alert = { window: TimeWindow; threshold: number; spent: Money; limit: Money; at: Date };

function toAlert(row: AlertColumns): Alert {
  return {
    window: { from: row.period_start.getTime(), to: row.period_end.getTime() },
    threshold: row.threshold,
    spent: parseMoney(row.spent),
    limit: parseMoney(row.alert_limit),
    at: row.at,
  };
}
