import type { CostBreakdown, CostGrouping, CostGroups, CostQuery } from "@mobigen/analytics-contract";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { pathOf, request } from "./request";
import type { Window } from "./window";

export type CostFilter = Pick<CostQuery, "userId" | "projectId" | "model" | "provider" | "feature" | "tag">;

/** The groups of a window, the dearest first (days: by time), and the sums of all of them: at most one page of the API. */
export function costGroupsQuery(groupBy: CostGrouping, window: Window, filter: CostFilter = {}, limit = 200) {
  const query = { groupBy, limit, order: groupBy === "day" ? "asc" : undefined, ...window, ...filter };
  return queryOptions({
    queryKey: ["costs", "groups", query],
    queryFn: ({ signal }) => request<CostGroups>("/costs", { query, signal }),
    placeholderData: keepPreviousData,
  });
}

/** What the whole platform cost, and what the month is likely to come to. */
export function platformCostQuery(window: Window) {
  return queryOptions({
    queryKey: ["costs", "platform", window],
    queryFn: ({ signal }) => request<CostBreakdown>("/costs", { query: window, signal }),
    placeholderData: keepPreviousData,
  });
}

/** What a user cost, and what their month is likely to come to. */
export function userCostQuery(userId: string, window: Window) {
  return queryOptions({
    queryKey: ["costs", "user", userId, window],
    queryFn: ({ signal }) =>
      request<CostBreakdown>(pathOf("/costs/user/:userId", { userId }), { query: window, signal }),
    placeholderData: keepPreviousData,
  });
}
