import type { Config } from "../config.js";
import type { Logger } from "../logger.js";
import type { MetricsAggregator } from "../metrics-aggregator.js";
import { createReportSubscriptions } from "../reports/subscriptions.js";
import { createWeeklyReports } from "../reports/weekly-reports.js";
import type { AppMetricsStore } from "../stores/app-metrics-store.js";
import { createCostStore } from "../stores/postgres/cost-store.js";
import { createIngestionLedgerStore } from "../stores/postgres/ingestion-ledger-store.js";
import { createReportSubscriptionStore } from "../stores/postgres/report-subscription-store.js";
import type { ProjectStore } from "../stores/project-store.js";
import type { UsageStore } from "../stores/usage-store.js";
import type { Clock } from "../types.js";

export type ReportPartsDeps = {
  pool: Parameters<typeof createReportSubscriptionStore>[0];
  config: Config;
  metrics: MetricsAggregator;
  usage: UsageStore;
  apps: AppMetricsStore;
  projects: ProjectStore;
  clock: Clock;
  logger: Logger;
};

/** The weekly report: who gets it, and what it says. */
export function createReportParts({ pool, config, projects, clock, ...parts }: ReportPartsDeps) {
  const store = createReportSubscriptionStore(pool);
  return {
    subscriptions: createReportSubscriptions({ store, projects, clock }),
    reports: createWeeklyReports({
      ...{ store, projects, clock, publicUrl: config.publicUrl, ...parts },
      costs: createCostStore(pool),
      ledger: createIngestionLedgerStore(pool),
    }),
  };
}
