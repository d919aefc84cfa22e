import type pg from "pg";
import { type Money, moneyToText, parseMoney, zeroMoney } from "../../money.js";
import { calendarPeriodAt } from "../../periods.js";
import { type TimeWindow, toInstant } from "../../types.js";
import type { BudgetRow, BudgetStanding, BudgetStore, CallScopes } from "../budget-store.js";
import { writeAudit } from "./audit-rows.js";
import { announce, noteCrossings, readAlerts } from "./budget-alerts.js";
import { reserve, sumHolds } from "./budget-holds.js";
import { lockBudgets, scopesOf, spendKey } from "./budget-ledger.js";
import { type BudgetColumns, budgetColumns, toBudget } from "./budget-rows.js";
import { sumScopes } from "./budget-sums.js";
import { createBindings } from "./slices.js";
import { inTransaction, query } from "./transaction.js";

// Records may be dated a day ahead: periods that begin until then can have costs already.
const recordsAheadMs = 25 * 3_600_000;

export function createBudgetStore(pool: pg.Pool): BudgetStore {
  return {
    create: (budget, maxBudgets, audit) =>
      inTransaction(pool, async (client) => {
        await lockBudgets(client);
        if ((await countBudgets(client)) >= maxBudgets) return "limit";
        const { from } = calendarPeriodAt(audit.at.getTime(), budget.timezone, budget.period);
        const { rows } = await client.query<BudgetColumns>(
          `insert into budget (id, name, scope, scope_id, period, timezone, limit_usd, mode, thresholds, channels, counted_from,
             created_at, updated_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12) returning ${budgetColumns}`,
          [
            budget.id,
            budget.name,
            budget.scope,
            budget.scopeId ?? "",
            budget.period,
            budget.timezone,
            moneyToText(budget.limit),
            budget.mode,
            budget.thresholds,
            JSON.stringify(budget.channels),
            toInstant(from),
            audit.at,
          ],
        );
        const made = toBudget(theRow(rows));
        if (made.mode === "hard") await startCounting(client, made, audit.at);
        await writeAudit(client, audit);
        return made;
      }),

    // budget.id is unique: it tells those of one millisecond apart. A table of thousands at most is sorted as a whole.
    async list({ after, limit }) {
      const rows = await query<BudgetColumns>(
        pool,
        `select ${budgetColumns} from budget
         where $1::timestamptz is null or (created_at, id) < ($1, $2::uuid)
         order by created_at desc, id desc limit $3`,
        [after?.createdAt ?? null, after?.id ?? null, limit],
      );
      return rows.map(toBudget);
    },

    async find(id) {
      const rows = await query<BudgetColumns>(pool, `select ${budgetColumns} from budget where id = $1`, [id]);
      return rows[0] === undefined ? null : toBudget(rows[0]);
    },

    update: (id, changes, audit) =>
      inTransaction(pool, async (client) => {
        if (changes.mode !== undefined) await lockBudgets(client);
        const { rows } = await client.query<BudgetColumns>(
          `select ${budgetColumns} from budget where id = $1 for no key update`,
          [id],
        );
        if (rows[0] === undefined) return null;
        const before = toBudget(rows[0]);
        const after = { ...before, ...changes };
        const updated = await client.query<BudgetColumns>(
          `update budget set name = $2, limit_usd = $3, mode = $4, thresholds = $5, channels = $6, updated_at = $7,
             counted_from = $8
           where budget_key = $1 returning ${budgetColumns}`,
          [
            before.budgetKey,
            after.name,
            moneyToText(after.limit),
            after.mode,
            after.thresholds,
            JSON.stringify(after.channels),
            audit.at,
            toInstant(
              before.mode === after.mode
                ? before.countedFrom
                : calendarPeriodAt(audit.at.getTime(), before.timezone, before.period).from,
            ),
          ],
        );
        const budget = toBudget(theRow(updated.rows));
        if (before.mode !== "hard" && budget.mode === "hard") await startCounting(client, budget, audit.at);
        if (before.mode === "hard" && budget.mode !== "hard") await stopCounting(client, budget);
        await writeAudit(client, audit);
        return budget;
      }),

    remove: (id, audit) =>
      inTransaction(pool, async (client) => {
        const { rowCount } = await client.query("delete from budget where id = $1", [id]);
        if (rowCount === 0) return false;
        await writeAudit(client, audit);
        return true;
      }),

    matching: (scopes) => findMatching(pool, scopes),
    standingsOf: (budgets, at) => readStandings(pool, budgets, at),
    reserve: (reservation) => reserve(pool, reservation),

    async release(requestId) {
      const { rowCount } = await pool.query("delete from budget_hold where request_id = $1", [requestId]);
      return (rowCount ?? 0) > 0;
    },

    async dropExpired(at) {
      // Those that are being settled just now are left to that.
      const { rowCount } = await pool.query(
        `delete from budget_hold where (request_id, budget_key) in (
           select request_id, budget_key from budget_hold where expires_at <= $1 for update skip locked
         )`,
        [at],
      );
      return rowCount ?? 0;
    },

    async listAll({ afterKey, limit }) {
      const rows = await query<BudgetColumns>(
        pool,
        `select ${budgetColumns} from budget where budget_key > $1 order by budget_key limit $2`,
        [afterKey, limit],
      );
      return rows.map(toBudget);
    },

    noteCrossings: (crossings) => inTransaction(pool, (client) => noteCrossings(client, crossings)),
    alertsOf: (budgetKey, limit) => readAlerts(pool, budgetKey, limit),
    announce: (at, limit, messagesOf) => announce(pool, at, limit, messagesOf),
  };
}

async function countBudgets(client: pg.PoolClient): Promise<number> {
  const { rows } = await client.query<{ budgets: number }>("select count(*) as budgets from budget");
  return theRow(rows).budgets;
}

/** Sums up the running period, and later ones that have costs already. Under lockBudgets: no record is in both, or in neither. */
async function startCounting(client: pg.PoolClient, budget: BudgetRow, at: Date): Promise<void> {
  const periods: TimeWindow[] = [];
  let period = calendarPeriodAt(at.getTime(), budget.timezone, budget.period);
  while (period.from <= at.getTime() + recordsAheadMs) {
    periods.push(period);
    period = calendarPeriodAt(period.to, budget.timezone, budget.period);
  }
  const { scope, scopeId } = budget;
  const sums = await sumScopes(
    client,
    periods.map((window) => ({ ...window, scope, scopeId })),
  );
  await client.query(
    `insert into budget_spend (budget_key, period_start, period_end, spent)
     select $1, * from unnest($2::timestamptz[], $3::timestamptz[], $4::numeric[])`,
    [
      budget.budgetKey,
      periods.map(({ from }) => toInstant(from)),
      periods.map(({ to }) => toInstant(to)),
      sums.map(moneyToText),
    ],
  );
}

async function stopCounting(client: pg.PoolClient, { budgetKey }: BudgetRow): Promise<void> {
  await client.query("delete from budget_hold where budget_key = $1", [budgetKey]);
  await client.query("delete from budget_spend where budget_key = $1", [budgetKey]);
}

// Served by budget_scope.
async function findMatching(pool: pg.Pool, call: CallScopes): Promise<BudgetRow[]> {
  const { values, bind } = createBindings();
  const scopes = scopesOf([call]).map(([scope, id]) => `(${bind(scope)}, ${bind(id)})`);
  const rows = await query<BudgetColumns>(
    pool,
    `select ${budgetColumns} from budget where (scope, scope_id) in (${scopes.join(", ")}) order by budget_key`,
    values,
  );
  return rows.map(toBudget);
}

async function readStandings(pool: pg.Pool, budgets: readonly BudgetRow[], at: Date): Promise<BudgetStanding[]> {
  const places = budgets.map((budget) => {
    return { budget, window: calendarPeriodAt(at.getTime(), budget.timezone, budget.period) };
  });
  const hard = places.filter(({ budget }) => budget.mode === "hard");
  const soft = places.filter(({ budget }) => budget.mode === "soft");
  // Holds first: a call that is recorded in between counts twice rather than not at all.
  const reserved = hard.length === 0 ? new Map<string, Money>() : await sumHolds(pool, hard, at);
  const spent = new Map<string, Money>(hard.length === 0 ? [] : await readSpend(pool, hard));
  const sums = await sumScopes(
    pool,
    soft.map(({ budget, window }) => ({ ...window, scope: budget.scope, scopeId: budget.scopeId })),
  );
  for (const [n, { budget, window }] of soft.entries()) {
    spent.set(spendKey(budget.budgetKey, window.from), sums[n] ?? zeroMoney);
  }
  return places.map(({ budget, window }) => {
    const key = spendKey(budget.budgetKey, window.from);
    return { ...budget, window, spent: spent.get(key) ?? zeroMoney, reserved: reserved.get(key) ?? zeroMoney };
  });
}

async function readSpend(
  pool: pg.Pool,
  places: readonly { budget: BudgetRow; window: TimeWindow }[],
): Promise<[string, Money][]> {
  const rows = await query<{ budget_key: number; period_start: Date; spent: string }>(
    pool,
    `select budget_key, period_start, spent
     from unnest($1::integer[], $2::timestamptz[]) as asked (budget_key, period_start)
     join budget_spend using (budget_key, period_start)`,
    [places.map(({ budget }) => budget.budgetKey), places.map(({ window }) => toInstant(window.from))],
  );
  return rows.map((row) => [spendKey(row.budget_key, row.period_start.getTime()), parseMoney(row.spent)]);
}

function theRow<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error("a statement that answers one row answered none");
  return row;
}
