import type { IngestionLedger } from "@mobigen/analytics-contract";
import { insightQuery } from "./insight";
import type { Window } from "./window";

/** What became of every event that was sent, oldest day first. */
export function ingestionQuery(projectId: string, window: Window) {
  return insightQuery<IngestionLedger>(projectId, "ingestion", { order: "asc", ...window });
}
