import type { EventProperties } from "@mobigen/analytics-contract";
import { type InsightFilter, insightQuery } from "./insight";
import type { Window } from "./window";

const valuesEach = 10;

/** What events of one type and name carry: each property with its most frequent values. `filter` names type and name. */
export function eventPropertiesQuery(projectId: string, window: Window, filter: InsightFilter) {
  return insightQuery<EventProperties>(projectId, "events/properties", { values: valuesEach, ...window, ...filter });
}
