import { developmentCaller } from "./access/tokens.js";
import { createApi } from "./api.js";
import { type Domain, openDomain } from "./app/domain.js";
import { within } from "./app/within.js";
import type { Config } from "./config.js";
import { createHealthCheck } from "./health.js";
import { createKeyGuard } from "./http/require-key.js";
import { createProjectReaderGuard } from "./http/require-project-reader.js";
import { anonymousOf, createTokenGuard } from "./http/require-token.js";
import { createDashboard } from "./http/serve-dashboard.js";
import { createHttpServer } from "./http/server.js";
import { createSessionCookie } from "./http/session-cookie.js";
import { createTelemetry, type Telemetry } from "./http/telemetry.js";
import type { Logger } from "./logger.js";
import { createActorRoutes } from "./routes/actors.js";
import { createAppEventRoutes } from "./routes/app-events.js";
import { createAuditRoutes } from "./routes/audit.js";
import { createBudgetRoutes } from "./routes/budgets.js";
import { createCostRoutes } from "./routes/costs.js";
import { createEventExportRoutes } from "./routes/event-export.js";
import { createEventPropertyRoutes } from "./routes/event-properties.js";
import { createFleetRoutes } from "./routes/fleet.js";
import { createFunnelRoutes } from "./routes/funnels.js";
import { createHealthRoutes } from "./routes/health.js";
import { createIngestionRoutes } from "./routes/ingestion.js";
import { createInsightRoutes } from "./routes/insights.js";
import { createJobRoutes } from "./routes/jobs.js";
import { createKeyRoutes } from "./routes/keys.js";
import { createLiveRoutes, type LiveRoutes, type LiveTimes } from "./routes/live.js";
import { createMessageRoutes } from "./routes/messages.js";
import { createMetricsRoutes } from "./routes/metrics.js";
import { createPlatformEventRoutes } from "./routes/platform-events.js";
import { createPriceRoutes } from "./routes/prices.js";
import { createProjectRoutes } from "./routes/projects.js";
import { createReportSubscriptionRoutes } from "./routes/report-subscriptions.js";
import { createRetentionRoutes } from "./routes/retention.js";
import { createSessionRoutes } from "./routes/session.js";
import { createAppSessionRoutes } from "./routes/sessions.js";
import { createTokenRoutes } from "./routes/tokens.js";
import { createUnsubscribeRoutes } from "./routes/unsubscribe.js";
import { createUsageRoutes } from "./routes/usage.js";
import type { Clock } from "./types.js";
import { readVersion } from "./version.js";

// All of a stop fits in ten seconds: requests under way get most of it.
const requestGraceMs = 7_000;

export type ServiceOptions = {
  config: Config;
  logger: Logger;
  clock?: Clock;
  /** Replaces the usual ones, for tests that can't wait for minutes. */
  times?: StreamTimes;
};

export type StreamTimes = { live?: LiveTimes; exportStallMs?: number };

export type Service = {
  domain: Domain;
  /** What is registered, by path: methods in capitals. */
  routes: ReadonlyMap<string, readonly string[]>;
  /** Accepts requests; with port 0 on any free one. Rejects with EADDRINUSE and the like. */
  listen(): Promise<{ url: string; port: number }>;
  /** Stops accepting, answers what is under way, flushes, closes everything; within ten seconds. */
  stop(): Promise<void>;
};

/**
 * The whole service, migrated and ready to listen: config → stores → domain → HTTP. No job runs before `domain.schedule.start()`.
 * @throws errors with a `publicMessage` where the database or its folder can't be used.
 */
export async function createService(options: ServiceOptions): Promise<Service> {
  const { config, logger, clock = () => new Date(), times = {} } = options;
  const domain = await openDomain({ config, logger, clock });
  const telemetry = createTelemetry();
  showGauges(telemetry, domain);
  let stopping: Promise<void> | null = null;
  const live = createLiveRoutes({ feed: domain.liveFeed, clock, times: times.live });
  const api = buildApi({ config, logger, clock, times, domain, telemetry, live, isStopping: () => stopping !== null });
  const server = createHttpServer(api.app);

  async function stopAll(): Promise<void> {
    // A message that is being sent is noted as sent, where its receiver answers in time: else it would go out twice.
    const delivered = within(requestGraceMs, domain.delivery.stop());
    // Else open streams would hold up the rest.
    live.stop();
    await Promise.all([domain.schedule.stop(), server.close(requestGraceMs), delivered]);
    telemetry.stop();
    await domain.close();
  }

  return {
    domain,
    routes: api.routes,
    async listen() {
      const port = await server.listen(config.port, config.host);
      logger.info({ host: config.host, port }, "listening");
      return { url: config.port === port ? config.publicUrl : `http://localhost:${port}`, port };
    },
    stop() {
      stopping ??= stopAll();
      return stopping;
    },
  };
}

type Parts = Required<ServiceOptions> & {
  domain: Domain;
  telemetry: Telemetry;
  live: LiveRoutes;
  isStopping: () => boolean;
};

function buildApi({ config, logger, clock, times, domain, telemetry, live, isStopping }: Parts) {
  const { tracker, costs, metrics, limiter, isDatabaseUp, isCacheUp } = domain;
  const version = readVersion();
  const isOpen = config.adminToken === null && config.environment !== "production";
  const anonymous = isOpen ? developmentCaller : null;
  const cookie = createSessionCookie(domain.sessions, config.publicUrl.startsWith("https:"));
  const tokenOptions = { verifyToken: domain.tokens.verify, findSession: cookie.find, anonymous };
  return createApi({
    version,
    logger,
    telemetry,
    isStopping,
    requireToken: createTokenGuard(tokenOptions),
    requireKey: createKeyGuard(domain.keys.verify),
    requireProjectReader: createProjectReaderGuard({
      ...tokenOptions,
      verifyKey: domain.keys.verify,
      findProject: domain.projectStore.find,
    }),
    appEvents: createAppEventRoutes({
      ingest: domain.ingest,
      takeRate: ({ id, eventsPerMinute }, events) => limiter.take(id, events, eventsPerMinute, clock()),
      waitingByProject: domain.waitingByProject,
      isStoreUp: isDatabaseUp,
    }),
    ingestion: createIngestionRoutes({ ledger: domain.ingestionLedger, clock }),
    insights: createInsightRoutes({ stores: domain.insightStores, clock }),
    retention: createRetentionRoutes({ stores: domain.insightStores, clock }),
    funnels: createFunnelRoutes({ stores: domain.insightStores, clock }),
    appSessions: createAppSessionRoutes({ sessions: domain.insightStores.sessions, clock }),
    actors: createActorRoutes({ stores: domain.insightStores, clock }),
    live,
    eventExport: createEventExportRoutes({
      store: domain.insightStores.exports,
      clock,
      stallMs: times.exportStallMs,
    }),
    eventProperties: createEventPropertyRoutes({ stores: domain.insightStores, clock }),
    platformEvents: createPlatformEventRoutes({ tracker }),
    usage: createUsageRoutes({ tracker, ledger: domain.costStore, conflicts: domain.conflicts, clock }),
    costs: createCostRoutes({ costs, ledger: domain.costStore, recost: domain.recost, clock }),
    prices: createPriceRoutes(domain.prices),
    budgets: createBudgetRoutes(domain.budgets, domain.budgetGate),
    subscriptions: createReportSubscriptionRoutes(domain.subscriptions),
    unsubscribe: createUnsubscribeRoutes(domain.subscriptions),
    messages: createMessageRoutes(domain.messages),
    metrics: createMetricsRoutes({ metrics }),
    fleet: createFleetRoutes({ fleet: domain.fleet }),
    projects: createProjectRoutes(domain.projects),
    keys: createKeyRoutes(domain.keys),
    tokens: createTokenRoutes(domain.tokens),
    audit: createAuditRoutes(domain.audit),
    jobs: createJobRoutes(domain.jobReports),
    session: createSessionRoutes({
      sessions: domain.sessions,
      cookie,
      anonymousOf: (req) => anonymousOf(req, anonymous),
    }),
    dashboard: createDashboard(),
    health: createHealthRoutes(createHealthCheck({ version, clock, isDatabaseUp, isCacheUp, isStopping })),
  });
}

function showGauges(telemetry: Telemetry, { waitingByProject, tracker, isCacheUp }: Domain): void {
  telemetry.gauge("ingest_waiting_events", "App events that wait for their commit", () =>
    Object.values(waitingByProject()).reduce((sum, events) => sum + events, 0),
  );
  telemetry.gauge("usage_waiting_rows", "Usage records and platform events that wait for their commit", () =>
    tracker.queuedRows(),
  );
  telemetry.gauge("redis_up", "1 while Redis answers, or none is configured", () => (isCacheUp() ? 1 : 0));
}
