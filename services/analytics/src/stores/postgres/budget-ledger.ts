import type pg from "pg";
import { type Money, moneyToText, parseMoney, zeroMoney } from "../../money.js";
import { calendarPeriodAt } from "../../periods.js";
import { type TimeWindow, toInstant } from "../../types.js";
import type { BudgetRow, CallScopes } from "../budget-store.js";
import { noteCrossings } from "./budget-alerts.js";
import { type BudgetColumns, budgetColumns, toBudget } from "./budget-rows.js";
import { prepared } from "./client.js";

/** What a call cost (US dollars; zero without a price), or by how much that changed, and whose it was and when (milliseconds). */
export type Spend = CallScopes & { occurredAt: number; cost: Money };

/**
 * Counts the spends on every hard budget of their scopes, in the period that each belongs to, settles what the requests held,
 * and notes thresholds that were crossed: in the caller's transaction, after its rollup rows. Costs one look-up where no hard
 * budget counts the spends.
 *
 * Locks budget_spend rows in the order of their key, as everyone who locks several does.
 */
export async function spendInTransaction(
  client: pg.PoolClient,
  spends: readonly Spend[],
  requestIds: readonly string[] = [],
): Promise<void> {
  if (spends.length === 0) return;
  const budgets = await findCounting(client, spends, requestIds);
  const sums = budgets.flatMap((budget) => sumByPeriod(budget, spends));
  if (sums.length === 0) return;
  const spentAfter = await addToSpend(client, sums);
  const crossings = sums.flatMap(({ budget, window, amount }) => {
    const after = spentAfter.get(spendKey(budget.budgetKey, window.from)) ?? zeroMoney;
    return crossed(budget, after.minus(amount), after).map((threshold) => {
      const { budgetKey, limit } = budget;
      return { budgetKey, window, threshold, spent: after, limit, at: null };
    });
  });
  await noteCrossings(client, crossings);
}

const countingStatement = prepared(
  "find_counting_budgets",
  `with settled as (
     delete from budget_hold where request_id = any($3::text[])
   ), counting as (
     select ${budgetColumns} from budget
     where mode = 'hard' and (scope, scope_id) in (select * from unnest($1::text[], $2::text[]))
     for key share
   )
   select * from counting order by budget_key`,
);

/**
 * The hard budgets that count any of the calls, ascending by key. They can't be deleted until the transaction ends, and no
 * budget can begin to count meanwhile: see `lockBudgets`.
 *
 * Served by budget_scope, and by budget_hold's primary key.
 */
export async function findCounting(
  client: pg.PoolClient,
  calls: readonly CallScopes[],
  settledRequests: readonly string[] = [],
): Promise<BudgetRow[]> {
  const scopes = scopesOf(calls);
  const { rows } = await client.query<BudgetColumns>(
    countingStatement([scopes.map(([scope]) => scope), scopes.map(([, id]) => id), settledRequests]),
  );
  return rows.map(toBudget);
}

/**
 * Waits for every transaction that is counting, and keeps others from beginning to: whoever makes a budget hard sums up what was
 * spent, and a record must be either in that sum or counted by its own transaction. The table lock conflicts with the one that
 * `for key share` in `findCounting` takes, and with no plain read.
 */
export async function lockBudgets(client: pg.PoolClient): Promise<void> {
  await client.query("lock table budget in exclusive mode");
}

/** The scopes that calls count in, each once: what `(scope, scope_id)` of a budget is compared with. */
export function scopesOf(calls: readonly CallScopes[]): [scope: string, id: string][] {
  const ids = { user: new Set<string>(), project: new Set<string>(), feature: new Set<string>() };
  for (const { userId, projectId, feature } of calls) {
    if (userId !== null) ids.user.add(userId);
    if (projectId !== null) ids.project.add(projectId);
    if (feature !== null) ids.feature.add(feature);
  }
  return [
    ["platform", ""],
    ...Object.entries(ids).flatMap(([scope, set]) => [...set].map((id): [string, string] => [scope, id])),
  ];
}

/** Rows of budget_spend, locked until the transaction ends, and made where missing: what each period has spent. */
export async function lockSpend(
  client: pg.PoolClient,
  places: readonly { budget: BudgetRow; window: TimeWindow }[],
): Promise<Map<string, Money>> {
  return addToSpend(
    client,
    places.map((place) => ({ ...place, amount: zeroMoney })),
  );
}

export function spendKey(budgetKey: number, periodStart: number): string {
  return `${budgetKey}/${periodStart}`;
}

type PeriodSum = { budget: BudgetRow; window: TimeWindow; amount: Money };

function sumByPeriod(budget: BudgetRow, spends: readonly Spend[]): PeriodSum[] {
  const sums: PeriodSum[] = [];
  for (const spend of spends) {
    if (spend.cost.eq(0) || spend.occurredAt < budget.countedFrom || !counts(budget, spend)) continue;
    const at = spend.occurredAt;
    // Records of one flush are of one period, nearly always: the calendar is asked once.
    let sum = sums.find(({ window }) => window.from <= at && at < window.to);
    if (sum === undefined) {
      sum = { budget, window: calendarPeriodAt(at, budget.timezone, budget.period), amount: zeroMoney };
      sums.push(sum);
    }
    sum.amount = sum.amount.plus(spend.cost);
  }
  return sums.filter(({ amount }) => !amount.eq(0));
}

function counts({ scope, scopeId }: BudgetRow, { userId, projectId, feature }: CallScopes): boolean {
  switch (scope) {
    case "platform":
      return true;
    case "user":
      return userId === scopeId;
    case "project":
      return projectId === scopeId;
    case "feature":
      return feature === scopeId;
  }
}

// Also where the amount is zero: the update is the lock.
async function addToSpend(client: pg.PoolClient, sums: readonly PeriodSum[]): Promise<Map<string, Money>> {
  const sorted = [...sums].sort((a, b) => a.budget.budgetKey - b.budget.budgetKey || a.window.from - b.window.from);
  const { rows } = await client.query<{ budget_key: number; period_start: Date; spent: string }>(
    `insert into budget_spend as kept (budget_key, period_start, period_end, spent)
     select * from unnest($1::integer[], $2::timestamptz[], $3::timestamptz[], $4::numeric[])
     on conflict (budget_key, period_start) do update set spent = kept.spent + excluded.spent
     returning budget_key, period_start, spent`,
    [
      sorted.map(({ budget }) => budget.budgetKey),
      sorted.map(({ window }) => toInstant(window.from)),
      sorted.map(({ window }) => toInstant(window.to)),
      sorted.map(({ amount }) => moneyToText(amount)),
    ],
  );
  return new Map(rows.map((row) => [spendKey(row.budget_key, row.period_start.getTime()), parseMoney(row.spent)]));
}

/** The thresholds that lie above `before` and not above `after`. */
export function crossed({ limit, thresholds }: BudgetRow, before: Money, after: Money): number[] {
  return thresholds.filter((percent) => {
    const amount = limit.times(percent).times("0.01");
    return before.lt(amount) && after.gte(amount);
  });
}
