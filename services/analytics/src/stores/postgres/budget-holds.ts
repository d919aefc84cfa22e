import type pg from "pg";
import { type Money, moneyToText, parseMoney, zeroMoney } from "../../money.js";
import { calendarPeriodAt } from "../../periods.js";
import { type TimeWindow, toInstant } from "../../types.js";
import type { BudgetRow, BudgetStanding, Reservation, ReservationOutcome } from "../budget-store.js";
import { findCounting, lockSpend, spendKey } from "./budget-ledger.js";
import { inTransaction } from "./transaction.js";

/**
 * See BudgetStore.reserve. The locked rows of budget_spend put all who ask for the same budget in a row, on any number of
 * replicas: each sees what those before it hold, and what records have spent.
 */
export async function reserve(pool: pg.Pool, reservation: Reservation): Promise<ReservationOutcome> {
  return inTransaction(pool, async (client): Promise<ReservationOutcome> => {
    const budgets = await findCounting(client, [reservation]);
    if (budgets.length === 0) return { kind: "free", standings: [] };
    const places = budgets.map((budget) => {
      return { budget, window: calendarPeriodAt(reservation.at.getTime(), budget.timezone, budget.period) };
    });
    const spent = await lockSpend(client, places);
    const own = await readOwn(client, reservation.requestId);
    if (own.isRecorded) return { kind: "taken" };
    const held = await sumHolds(client, places, reservation.at, reservation.requestId);
    const standings = places.map(({ budget, window }): BudgetStanding => {
      const key = spendKey(budget.budgetKey, window.from);
      return { ...budget, window, spent: spent.get(key) ?? zeroMoney, reserved: held.get(key) ?? zeroMoney };
    });
    const open = own.holds.filter(({ expiresAt }) => expiresAt > reservation.at);
    const [first] = open;
    if (first !== undefined) {
      const isSame = open.length === budgets.length && open.every((hold) => isHoldOf(hold, reservation, budgets));
      return isSame ? { kind: "held", expiresAt: first.expiresAt, standings } : { kind: "taken" };
    }
    if (standings.some((standing) => !fits(standing, reservation.amount))) return { kind: "denied", standings };
    await insertHolds(client, reservation, places);
    return { kind: "held", expiresAt: reservation.expiresAt, standings };
  });
}

/** True where a call of `amount` stays within the limit. */
export function fits({ limit, spent, reserved }: BudgetStanding, amount: Money): boolean {
  return spent.plus(reserved).plus(amount).lte(limit);
}

/** What is held at `at` in each period, by spendKey; nothing of `exceptRequest`. Served by budget_hold_open. */
export async function sumHolds(
  client: pg.Pool | pg.PoolClient,
  places: readonly { budget: BudgetRow; window: TimeWindow }[],
  at: Date,
  exceptRequest: string | null = null,
): Promise<Map<string, Money>> {
  const { rows } = await client.query<{ budget_key: number; period_start: Date; amount: string }>(
    `select budget_key, period_start, sum(amount) as amount
     from unnest($1::integer[], $2::timestamptz[]) as asked (budget_key, period_start)
     join budget_hold using (budget_key, period_start)
     where expires_at > $3 and request_id is distinct from $4
     group by 1, 2`,
    [
      places.map(({ budget }) => budget.budgetKey),
      places.map(({ window }) => toInstant(window.from)),
      at,
      exceptRequest,
    ],
  );
  return new Map(rows.map((row) => [spendKey(row.budget_key, row.period_start.getTime()), parseMoney(row.amount)]));
}

type Hold = { budgetKey: number; amount: Money; expiresAt: Date };

async function readOwn(client: pg.PoolClient, requestId: string): Promise<{ isRecorded: boolean; holds: Hold[] }> {
  const { rows } = await client.query<{ budget_key: number | null; amount: string; expires_at: Date }>(
    `select budget_key, amount, expires_at from budget_hold where request_id = $1
     union all
     select null, 0, now() from usage_record where request_id = $1
     union all
     select null, 0, now() from archived_usage where request_id = $1`,
    [requestId],
  );
  const holds = rows.flatMap(({ budget_key, amount, expires_at }): Hold[] =>
    budget_key === null ? [] : [{ budgetKey: budget_key, amount: parseMoney(amount), expiresAt: expires_at }],
  );
  return { isRecorded: holds.length < rows.length, holds };
}

function isHoldOf(hold: Hold, { amount }: Reservation, budgets: readonly BudgetRow[]): boolean {
  return hold.amount.eq(amount) && budgets.some(({ budgetKey }) => budgetKey === hold.budgetKey);
}

// Takes the place of one that expired.
async function insertHolds(
  client: pg.PoolClient,
  { requestId, amount, expiresAt }: Reservation,
  places: readonly { budget: BudgetRow; window: TimeWindow }[],
): Promise<void> {
  await client.query(
    `insert into budget_hold (request_id, budget_key, period_start, amount, expires_at)
     select $1, budget_key, period_start, $4, $5 from unnest($2::integer[], $3::timestamptz[]) as held (budget_key, period_start)
     on conflict (request_id, budget_key) do update
       set period_start = excluded.period_start, amount = excluded.amount, expires_at = excluded.expires_at`,
    [
      requestId,
      places.map(({ budget }) => budget.budgetKey),
      places.map(({ window }) => toInstant(window.from)),
      moneyToText(amount),
      expiresAt,
    ],
  );
}
