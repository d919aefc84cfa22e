import type { Budget } from "@mobigen/analytics-contract";

/** What can be done with one. */
export type BudgetAction = "edit" | "delete" | "alerts";

/** Its name; without one, whose it is. */
export function titleOf(budget: Pick<Budget, "name" | "scope" | "scopeId">): string {
  return budget.name ?? whoseOf(budget);
}

export function whoseOf({ scope, scopeId }: Pick<Budget, "scope" | "scopeId">): string {
  return scopeId === null ? "the whole platform" : `${scope} ${scopeId}`;
}
