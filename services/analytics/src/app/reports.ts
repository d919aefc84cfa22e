import { createReportSubscriptions } from "../reports/subscriptions.js";
import { createReportSubscriptionStore } from "../stores/postgres/report-subscription-store.js";
import type { ProjectStore } from "../stores/project-store.js";
import type { Clock } from "../types.js";

export type ReportPartsDeps = {
  pool: Parameters<typeof createReportSubscriptionStore>[0];
  projectStore: ProjectStore;
  clock: Clock;
};

/** The weekly report: who gets it. */
export function createReportParts({ pool, projectStore, clock }: ReportPartsDeps) {
  const store = createReportSubscriptionStore(pool);
  return { subscriptions: createReportSubscriptions({ store, projects: projectStore, clock }) };
}
