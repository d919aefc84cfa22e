import type { JobOverview, JobRun, Page } from "@mobigen/analytics-contract";
import { queryOptions } from "@tanstack/react-query";
import { pagesQuery } from "./pages";
import { pathOf, request } from "./request";

/** When jobs run, and how each went last; asked for again each minute. */
export const jobsQuery = queryOptions({
  queryKey: ["jobs"],
  queryFn: ({ signal }) => request<JobOverview>("/jobs", { signal }),
  refetchInterval: 60_000,
});

/** A job's runs, latest windows first. */
export function jobRunsQuery(name: string) {
  return pagesQuery<Page<JobRun>>(pathOf("/jobs/:name/runs", { name }));
}
