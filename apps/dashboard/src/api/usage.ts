import type { Page, UsageConflict, UsageReceipt, UsageStats } from "@mobigen/analytics-contract";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { pagesQuery } from "./pages";
import { pathOf, request } from "./request";
import type { Window } from "./window";

/** What one call was charged, part by part. */
export function receiptQuery(requestId: string) {
  return queryOptions({
    queryKey: ["usage", "records", requestId],
    queryFn: ({ signal }) => request<UsageReceipt>(pathOf("/usage/records/:requestId", { requestId }), { signal }),
    enabled: requestId !== "",
  });
}

/** Records that were refused because another has their id, newest first. */
export const conflictsQuery = pagesQuery<Page<UsageConflict>>("/usage/conflicts");

/** What a user's calls took. */
export function userUsageQuery(userId: string, window: Window) {
  return queryOptions({
    queryKey: ["usage", "user", userId, window],
    queryFn: ({ signal }) => request<UsageStats>(pathOf("/usage/user/:userId", { userId }), { query: window, signal }),
    placeholderData: keepPreviousData,
  });
}
