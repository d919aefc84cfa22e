import type { Budget, Page } from "@mobigen/analytics-contract";
import { queryOptions } from "@tanstack/react-query";
import { request } from "./request";

export const budgetsQuery = queryOptions({
  queryKey: ["budgets"],
  queryFn: ({ signal }) => request<Page<Budget>>("/budgets", { query: { limit: 200 }, signal }),
});
