import type { ExportFormat } from "@mobigen/analytics-contract";
import { queryOptions } from "@tanstack/react-query";
import { type InsightFilter, projectPath } from "./insight";
import { requestHead, urlOf } from "./request";
import type { Window } from "./window";

/** Where a browser gets the raw events of a window, as a file. */
export function exportUrl(projectId: string, query: Window & InsightFilter & { format: ExportFormat }): string {
  return urlOf(projectPath(projectId, "export"), query);
}

/** How many events of the window's days the file lacks, for they are in the archive alone. */
export function archivedEventsQuery(projectId: string, window: Window) {
  return queryOptions({
    queryKey: ["project", projectId, "export", window] as const,
    queryFn: async ({ signal }) => {
      const headers = await requestHead(projectPath(projectId, "export"), window, signal);
      return Number(headers.get("x-archived-events"));
    },
  });
}
