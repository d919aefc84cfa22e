import type { AppMetricsStore } from "../stores/app-metrics-store.js";
import { createActiveUserStore } from "../stores/postgres/active-user-store.js";
import { createActorStore } from "../stores/postgres/actor-store.js";
import { createAdoptionStore } from "../stores/postgres/adoption-store.js";
import { createErasureStore } from "../stores/postgres/erasure-store.js";
import { createEventExportStore } from "../stores/postgres/event-export-store.js";
import { createEventNameStore } from "../stores/postgres/event-name-store.js";
import { createEventPropertyStore } from "../stores/postgres/event-property-store.js";
import { createFunnelStore } from "../stores/postgres/funnel-store.js";
import { createInsightStore } from "../stores/postgres/insight-store.js";
import { createRetentionStore } from "../stores/postgres/retention-store.js";
import { createSessionStore } from "../stores/postgres/session-store.js";

/** What the questions about an app are answered from. */
export function createInsightStores(pool: Parameters<typeof createInsightStore>[0], apps: AppMetricsStore) {
  return {
    apps,
    insights: createInsightStore(pool),
    names: createEventNameStore(pool),
    properties: createEventPropertyStore(pool),
    exports: createEventExportStore(pool),
    activeUsers: createActiveUserStore(pool),
    adoption: createAdoptionStore(pool),
    retention: createRetentionStore(pool),
    funnels: createFunnelStore(pool),
    sessions: createSessionStore(pool),
    actors: createActorStore(pool),
    erasures: createErasureStore(pool),
  };
}
