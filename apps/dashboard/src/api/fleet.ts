import type { Fleet, FleetQuery } from "@mobigen/analytics-contract";
import { pagesQuery } from "./pages";
import type { Window } from "./window";

export type FleetQuestion = Pick<FleetQuery, "sort" | "search" | "flag">;

/** All apps side by side, ranked by `sort`. */
export function fleetQuery(window: Window, question: FleetQuestion) {
  return pagesQuery<Fleet>("/metrics/projects", { limit: 100, ...window, ...question });
}
