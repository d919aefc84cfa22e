import type { Metric, TimeSeriesQuery } from "@mobigen/analytics-contract";
import { invalidQuery } from "./errors.js";
import { moneyToNumber } from "./money.js";
import type { AppMetricsStore } from "./stores/app-metrics-store.js";
import type { MetricFilter, MetricSource, MetricsStore } from "./stores/metrics-store.js";
import type { Purpose } from "./stores/usage-store.js";

export type MetricStores = { metrics: MetricsStore; apps: AppMetricsStore };

/** What a metric reads, and by what it can be narrowed. */
export type MetricQuestion = {
  source: MetricSource;
  /** The filters that narrow it; any other is refused. */
  filters: readonly (keyof MetricFilter)[];
  read(boundaries: readonly number[], filter: MetricFilter): Promise<(number | null)[]>;
};

export function questionOf(metric: Metric, { metrics, apps }: MetricStores): MetricQuestion {
  const events = (event: string, filters: MetricQuestion["filters"]): MetricQuestion => ({
    source: { kind: "events", event },
    filters,
    read: (boundaries, filter) => metrics.eventsBy(boundaries, event, filter),
  });
  switch (metric) {
    case "tokens":
    case "input_tokens":
    case "output_tokens":
    case "requests":
      return {
        source: { kind: "usage" },
        filters: ["userId", "projectId", "model"],
        read: (boundaries, filter) => metrics.usageBy(boundaries, metric, filter),
      };
    case "cost":
      return {
        source: { kind: "usage" },
        filters: ["userId", "projectId", "model"],
        read: async (boundaries, filter) => (await metrics.costBy(boundaries, filter)).map(moneyToNumber),
      };
    case "cost_per_generation":
      return costPer("generation", metrics);
    case "cost_per_build":
      return costPer("build", metrics);
    case "wasted_cost":
      return {
        source: { kind: "usage" },
        filters: ["userId", "projectId"],
        read: async (boundaries, filter) => (await metrics.wastedCostBy(boundaries, filter)).map(moneyToNumber),
      };
    case "generations":
      return events("generation.completed", ["userId", "projectId"]);
    case "generation_failures":
      return events("generation.failed", ["userId", "projectId"]);
    case "builds":
      return events("build.completed", ["userId", "projectId"]);
    case "build_failures":
      return events("build.failed", ["userId", "projectId"]);
    case "logins":
      return events("user.login", ["userId"]);
    case "users":
      return events("user.created", []);
    case "projects":
      return { source: { kind: "projects" }, filters: ["userId"], read: metrics.projectsBy };
    case "app_events":
      return appQuestion((boundaries, projectId) => apps.appEventsBy(boundaries, projectId));
    case "app_sessions":
      return appQuestion((boundaries, projectId) => apps.appSessionsBy(boundaries, projectId));
    case "active_users":
      return appQuestion((boundaries, projectId) => apps.activeUsersBy(boundaries, projectId));
  }
}

/** What was spent on generations, or builds, by those that were completed; failed ones are in the price of the others. */
function costPer(purpose: Purpose, metrics: MetricsStore): MetricQuestion {
  return {
    source: { kind: "usage" },
    filters: ["userId", "projectId"],
    async read(boundaries, filter) {
      const [costs, completed] = await Promise.all([
        metrics.costBy(boundaries, filter, purpose),
        metrics.eventsBy(boundaries, `${purpose}.completed`, filter),
      ]);
      return costs.map((cost, n) => {
        const count = completed[n] ?? 0;
        return count === 0 ? null : moneyToNumber(cost.div(count));
      });
    },
  };
}

function appQuestion(read: (boundaries: readonly number[], projectId?: string) => Promise<number[]>): MetricQuestion {
  return {
    source: { kind: "apps" },
    filters: ["projectId"],
    read: (boundaries, { projectId }) => read(boundaries, projectId),
  };
}

/** The filters of a query. Throws invalid_query for one that the metric does not know. */
export function filterOf(query: TimeSeriesQuery, known: MetricQuestion["filters"]): MetricFilter {
  for (const parameter of ["userId", "projectId", "model"] as const) {
    if (query[parameter] === undefined || known.includes(parameter)) continue;
    const others = known.length === 0 ? "which has no filters" : `which can be filtered by ${known.join(", ")}`;
    throw invalidQuery(parameter, `does not apply to the metric ${query.metric}, ${others}`);
  }
  return { userId: query.userId, projectId: query.projectId, model: query.model };
}
