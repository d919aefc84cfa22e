import type { Budget, BudgetDetail, BudgetPatch, ChangedBudget, NewBudget, Page } from "@mobigen/analytics-contract";
import { queryOptions } from "@tanstack/react-query";
import { pagesQuery } from "./pages";
import { pathOf, request } from "./request";

const pathOfBudget = (budgetId: string): string => pathOf("/budgets/:budgetId", { budgetId });

export const budgetsQuery = queryOptions({
  queryKey: ["budgets"],
  queryFn: ({ signal }) => request<Page<Budget>>("/budgets", { query: { limit: 200 }, signal }),
});

/** All of them, page after page, newest first. */
export const budgetPages = pagesQuery<Page<Budget>>("/budgets", { limit: 200 });

/** One budget with its latest alerts. */
export function budgetQuery(budgetId: string) {
  return queryOptions({
    queryKey: ["budgets", "one", budgetId],
    queryFn: ({ signal }) => request<BudgetDetail>(pathOfBudget(budgetId), { signal }),
  });
}

export function createBudget(body: NewBudget): Promise<ChangedBudget> {
  return request("/budgets", { method: "POST", body });
}

export function changeBudget(budgetId: string, body: BudgetPatch): Promise<ChangedBudget> {
  return request(pathOfBudget(budgetId), { method: "PATCH", body });
}

export function deleteBudget(budgetId: string): Promise<void> {
  return request(pathOfBudget(budgetId), { method: "DELETE" });
}
