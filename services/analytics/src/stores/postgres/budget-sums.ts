import type { BudgetScope } from "@mobigen/analytics-contract";
import type pg from "pg";
import { type Money, parseMoney, zeroMoney } from "../../money.js";
import { type TimeWindow, toInstant } from "../../types.js";

export type ScopeWindow = TimeWindow & { scope: BudgetScope; scopeId: string | null };

/** What a row of usage_rollup cost. */
export const rollupCost = "input_cost + output_cost";

/** The column of usage_rollup that names whose calls a scope has. */
export const scopeColumns = { user: "user_id", project: "project_id", feature: "feature" } as const;

/**
 * What the calls of each scope cost in its window (milliseconds, whole buckets), in order: the truth of every budget.
 *
 * Users are served by usage_rollup's primary key, projects by usage_rollup_project; the platform and features walk the window's
 * rows by usage_rollup_bucket.
 */
export async function sumScopes(client: pg.Pool | pg.PoolClient, windows: readonly ScopeWindow[]): Promise<Money[]> {
  const sums: Money[] = windows.map(() => zeroMoney);
  for (const scope of ["platform", "user", "project", "feature"] as const) {
    const asked = windows.flatMap((window, n) => (window.scope === scope ? [{ ...window, n }] : []));
    if (asked.length === 0) continue;
    const owner = scope === "platform" ? "true" : `${scopeColumns[scope]} = asked.id`;
    const { rows } = await client.query<{ n: number; cost: string }>({
      text: `select asked.n, used.cost
        from unnest($1::integer[], $2::text[], $3::timestamptz[], $4::timestamptz[]) as asked (n, id, starts, ends)
        cross join lateral (
          select coalesce(sum(${rollupCost}), 0) as cost from usage_rollup
          where ${owner} and bucket >= asked.starts and bucket < asked.ends
        ) as used`,
      values: [
        asked.map(({ n }) => n),
        asked.map(({ scopeId }) => scopeId ?? ""),
        asked.map(({ from }) => toInstant(from)),
        asked.map(({ to }) => toInstant(to)),
      ],
    });
    for (const { n, cost } of rows) sums[n] = parseMoney(cost);
  }
  return sums;
}
