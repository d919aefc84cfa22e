import type { Retention, RetentionGranularity, RetentionMode } from "@mobigen/analytics-contract";
import { insightQuery } from "./insight";
import type { Window } from "./window";

export type RetentionAsked = { granularity: RetentionGranularity; mode: RetentionMode };

/** Who came back, by the interval of their first visit: the newest cohort first. */
export function retentionQuery(projectId: string, window: Window, { granularity, mode }: RetentionAsked) {
  return insightQuery<Retention>(projectId, "retention", { granularity, mode, ...window });
}
