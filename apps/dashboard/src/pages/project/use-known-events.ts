import { useMemo } from "react";
import { eventNamesQuery } from "../../api/insights";
import { usePages } from "../../app/use-pages";
import { useProjectId } from "../../app/use-project-id";
import { usePageWindow } from "../../app/use-window";

export type KnownEvents = readonly { type: string; names: readonly string[] }[];

/** What the app sent in the page's period, by type, the most frequent first: as many as one page of the API holds. */
export function useKnownEvents(): KnownEvents {
  const projectId = useProjectId();
  const { query } = usePageWindow();
  const { data } = usePages(eventNamesQuery(projectId, query, {}));
  return useMemo(() => {
    const byType = new Map<string, string[]>();
    for (const { type, name } of data?.items ?? []) {
      const names = byType.get(type) ?? [];
      if (name !== null) names.push(name);
      byType.set(type, names);
    }
    return [...byType].map(([type, names]) => ({ type, names }));
  }, [data]);
}
