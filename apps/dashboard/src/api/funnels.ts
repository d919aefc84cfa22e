import type { Funnel, FunnelResult } from "@mobigen/analytics-contract";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { projectPath } from "./insight";
import { request } from "./request";

/** How many got how far. A question like the others, but for its size, which no URL of the API's holds. */
export function funnelQuery(projectId: string, funnel: Funnel) {
  return queryOptions({
    queryKey: ["project", projectId, "funnels", funnel] as const,
    queryFn: ({ signal }) =>
      request<FunnelResult>(projectPath(projectId, "funnels"), { method: "POST", body: funnel, signal }),
    placeholderData: keepPreviousData,
  });
}
