import express, { type Express, type RequestHandler } from "express";
import { allowAnyOrigin } from "./http/cors.js";
import { createDocsPage } from "./http/docs-page.js";
import { handleErrors, refuseUnknownRoute } from "./http/handle-errors.js";
import { describeApi } from "./http/openapi.js";
import { parseQueryString } from "./http/query-string.js";
import { readBody } from "./http/read-body.js";
import { refuseOtherMethods, routesOf } from "./http/refuse-methods.js";
import { refuseWhenStopping } from "./http/refuse-when-stopping.js";
import { assignRequestId } from "./http/request-id.js";
import { requireHost } from "./http/require-host.js";
import type { createKeyGuard } from "./http/require-key.js";
import type { createProjectReaderGuard } from "./http/require-project-reader.js";
import type { createTokenGuard } from "./http/require-token.js";
import { secureHeaders } from "./http/secure-headers.js";
import type { Dashboard } from "./http/serve-dashboard.js";
import type { Telemetry } from "./http/telemetry.js";
import type { Logger } from "./logger.js";
import type { ActorRoutes } from "./routes/actors.js";
import type { createAppEventRoutes } from "./routes/app-events.js";
import type { createAuditRoutes } from "./routes/audit.js";
import type { BudgetRoutes } from "./routes/budgets.js";
import type { CostRoutes } from "./routes/costs.js";
import type { EventExportRoutes } from "./routes/event-export.js";
import type { EventPropertyRoutes } from "./routes/event-properties.js";
import type { FleetRoutes } from "./routes/fleet.js";
import type { FunnelRoutes } from "./routes/funnels.js";
import type { createHealthRoutes } from "./routes/health.js";
import type { IngestionRoutes } from "./routes/ingestion.js";
import type { InsightRoutes } from "./routes/insights.js";
import type { JobRoutes } from "./routes/jobs.js";
import type { createKeyRoutes } from "./routes/keys.js";
import type { LiveRoutes } from "./routes/live.js";
import type { MessageRoutes } from "./routes/messages.js";
import type { createMetricsRoutes } from "./routes/metrics.js";
import type { PlatformEventRoutes } from "./routes/platform-events.js";
import type { PriceRoutes } from "./routes/prices.js";
import type { createProjectRoutes } from "./routes/projects.js";
import type { ReportSubscriptionRoutes } from "./routes/report-subscriptions.js";
import type { RetentionRoutes } from "./routes/retention.js";
import type { SessionRoutes } from "./routes/session.js";
import type { AppSessionRoutes } from "./routes/sessions.js";
import type { createTokenRoutes } from "./routes/tokens.js";
import type { UnsubscribeRoutes } from "./routes/unsubscribe.js";
import type { UsageRoutes } from "./routes/usage.js";

// A full batch of a thousand events has room for 5 KB each; one event for its 32 KB of properties, escaped.
const maxBatchBytes = 5 * 1024 * 1024;
const maxSingleEventBytes = 256 * 1024;
const maxFormBytes = 64 * 1024;

const machinePaths = new Set(["/api/events", "/api/events/single", "/events", "/usage/api"]);

export type ApiParts = {
  version: string;
  logger: Logger;
  telemetry: Telemetry;
  isStopping: () => boolean;
  requireToken: ReturnType<typeof createTokenGuard>;
  requireKey: ReturnType<typeof createKeyGuard>;
  requireProjectReader: ReturnType<typeof createProjectReaderGuard>;
  appEvents: ReturnType<typeof createAppEventRoutes>;
  ingestion: IngestionRoutes;
  insights: InsightRoutes;
  retention: RetentionRoutes;
  funnels: FunnelRoutes;
  appSessions: AppSessionRoutes;
  actors: ActorRoutes;
  eventProperties: EventPropertyRoutes;
  eventExport: EventExportRoutes;
  live: LiveRoutes;
  platformEvents: PlatformEventRoutes;
  usage: UsageRoutes;
  costs: CostRoutes;
  prices: PriceRoutes;
  budgets: BudgetRoutes;
  subscriptions: ReportSubscriptionRoutes;
  unsubscribe: UnsubscribeRoutes;
  messages: MessageRoutes;
  metrics: ReturnType<typeof createMetricsRoutes>;
  fleet: FleetRoutes;
  projects: ReturnType<typeof createProjectRoutes>;
  keys: ReturnType<typeof createKeyRoutes>;
  tokens: ReturnType<typeof createTokenRoutes>;
  audit: ReturnType<typeof createAuditRoutes>;
  jobs: JobRoutes;
  session: SessionRoutes;
  dashboard: Dashboard;
  health: ReturnType<typeof createHealthRoutes>;
};

export type Api = { app: Express; routes: ReadonlyMap<string, readonly string[]> };

/** Every route with its guards. */
export function createApi(parts: ApiParts): Api {
  const { requireToken, requireKey, requireProjectReader, appEvents, platformEvents, usage, costs, metrics } = parts;
  const { prices, budgets, fleet, ingestion, insights, projects, keys, tokens, audit, jobs } = parts;
  const { retention, funnels } = parts;
  const { appSessions, actors } = parts;
  const { subscriptions, unsubscribe, messages, session, dashboard, health } = parts;
  const api = express();
  const docs = createDocsPage();
  const ingestCors = allowAnyOrigin("POST");
  const healthCors = allowAnyOrigin("GET");
  const batch = readBody(maxBatchBytes);
  const form = readBody(maxFormBytes);

  api.disable("x-powered-by");
  api.disable("etag");
  api.set("query parser", parseQueryString);
  api.use(assignRequestId());
  api.use(parts.telemetry.observeRequests);
  api.use(secureHeaders(machinePaths));
  api.use(requireHost());
  api.get("/health/live", health.live);
  api.use(refuseWhenStopping(parts.isStopping));

  api.get("/health", health.show);
  api.get("/health/ready", health.ready);
  api.get("/internal/metrics", requireToken("platform:read"), parts.telemetry.show);
  api.get("/openapi.json", sendDescription(parts.version));
  api.get("/docs", docs.show);
  api.use(docs.assetsPath, docs.assets);
  api.get("/", dashboard.show);
  api.use("/assets", dashboard.assets);
  api.post("/session", form, session.signIn);
  api.get("/session", session.show);
  api.delete("/session", session.signOut);

  api.use("/api/events", ingestCors.headers);
  api.options(["/api/events", "/api/events/single"], ingestCors.preflight);
  api.options("/api/events/health", healthCors.preflight);
  api.post("/api/events", requireKey("ingest"), batch, appEvents.ingestBatch);
  api.post("/api/events/single", requireKey("ingest"), readBody(maxSingleEventBytes), appEvents.ingestSingle);
  api.get("/api/events/health", appEvents.health);
  api.use("/api/events", appEvents.announceRateOnRefusal);

  api.post("/events", requireToken("platform:write"), batch, platformEvents.record);
  api.post("/usage/api", requireToken("platform:write"), batch, usage.record);
  api.get("/usage/user/:userId", requireToken("platform:read"), usage.ofUser);
  api.get("/usage/project/:projectId", requireToken("platform:read"), usage.ofProject);
  api.get("/usage/records/:requestId", requireToken("platform:read"), usage.showReceipt);
  api.get("/usage/conflicts", requireToken("platform:read"), usage.listConflicts);
  api.get("/costs", requireToken("platform:read"), costs.ofPlatform);
  api.post("/costs/recost", requireToken("admin"), form, costs.recost);
  api.get("/costs/user/:userId", requireToken("platform:read"), costs.ofUser);
  api.get("/costs/project/:projectId", requireToken("platform:read"), costs.ofProject);
  api.get("/prices", requireToken("platform:read"), prices.list);
  api.post("/prices", requireToken("admin"), form, prices.set);
  api.get("/prices/unpriced", requireToken("platform:read"), prices.listUnpriced);
  api.delete("/prices/:priceId", requireToken("admin"), prices.end);

  api.post("/budgets", requireToken("admin"), form, budgets.create);
  api.get("/budgets", requireToken("platform:read"), budgets.list);
  api.post("/budgets/check", requireToken("platform:write"), form, budgets.check);
  api.delete("/budgets/reservations/:reservationId", requireToken("platform:write"), budgets.release);
  api.get("/budgets/:budgetId", requireToken("platform:read"), budgets.find);
  api.patch("/budgets/:budgetId", requireToken("admin"), form, budgets.update);
  api.delete("/budgets/:budgetId", requireToken("admin"), budgets.remove);

  api.post("/reports/subscriptions", requireToken("admin"), form, subscriptions.create);
  api.get("/reports/subscriptions", requireToken("platform:read"), subscriptions.list);
  api.get("/reports/subscriptions/:subscriptionId", requireToken("platform:read"), subscriptions.find);
  api.patch("/reports/subscriptions/:subscriptionId", requireToken("admin"), form, subscriptions.update);
  api.delete("/reports/subscriptions/:subscriptionId", requireToken("admin"), subscriptions.remove);
  api.get("/reports/unsubscribe/:token", unsubscribe.ask);
  api.post("/reports/unsubscribe/:token", unsubscribe.unsubscribe);
  api.get("/messages", requireToken("admin"), messages.list);
  api.post("/messages/:messageId/resend", requireToken("admin"), messages.resend);

  api.get("/metrics/dashboard", requireToken("platform:read"), metrics.dashboard);
  api.get("/metrics/timeseries", requireToken("platform:read"), metrics.timeSeries);
  api.get("/metrics/projects", requireToken("platform:read"), fleet.show);

  api.post("/api/projects", requireToken("admin"), form, projects.create);
  api.get("/api/projects", requireToken("platform:read"), projects.list);
  api.get("/api/projects/:projectId", requireProjectReader, projects.find);
  api.patch("/api/projects/:projectId", requireToken("admin"), form, projects.update);
  api.post("/api/projects/:projectId/keys", requireToken("admin"), form, keys.create);
  api.get("/api/projects/:projectId/keys", requireToken("admin"), keys.list);
  api.delete("/api/projects/:projectId/keys/:keyId", requireToken("admin"), keys.revoke);
  api.get("/api/projects/:projectId/ingestion", requireProjectReader, ingestion.showLedger);
  api.get("/api/projects/:projectId/overview", requireProjectReader, insights.overview);
  api.get("/api/projects/:projectId/timeseries", requireProjectReader, insights.timeSeries);
  api.get("/api/projects/:projectId/screens", requireProjectReader, insights.screens);
  api.get("/api/projects/:projectId/events", requireProjectReader, insights.events);
  api.get("/api/projects/:projectId/events/properties", requireProjectReader, parts.eventProperties.show);
  api.get("/api/projects/:projectId/export", requireProjectReader, parts.eventExport.download);
  api.get("/api/projects/:projectId/live", requireProjectReader, parts.live.stream);
  api.get("/api/projects/:projectId/active-users", requireProjectReader, insights.activeUsers);
  api.get("/api/projects/:projectId/versions", requireProjectReader, insights.versions);
  api.get("/api/projects/:projectId/platforms", requireProjectReader, insights.platforms);
  api.get("/api/projects/:projectId/countries", requireProjectReader, insights.countries);
  api.get("/api/projects/:projectId/devices", requireProjectReader, insights.devices);
  api.get("/api/projects/:projectId/retention", requireProjectReader, retention.show);
  api.post("/api/projects/:projectId/funnels", requireProjectReader, form, funnels.show);
  api.get("/api/projects/:projectId/sessions", requireProjectReader, appSessions.list);
  api.get("/api/projects/:projectId/sessions/:sessionId", requireProjectReader, appSessions.find);
  api.get("/api/projects/:projectId/actors", requireProjectReader, actors.list);
  api.get("/api/projects/:projectId/actors/:actorId", requireProjectReader, actors.find);
  // Who may not is told so before anything is looked for; the reader's guard then finds the project.
  api.get(
    "/api/projects/:projectId/actors/:actorId/export",
    requireToken("admin"),
    requireProjectReader,
    actors.export,
  );
  api.delete("/api/projects/:projectId/actors/:actorId", requireToken("admin"), requireProjectReader, actors.erase);
  api.get("/api/projects/:projectId/erasures", requireProjectReader, actors.listErasures);
  api.post("/tokens", requireToken("admin"), form, tokens.create);
  api.get("/tokens", requireToken("admin"), tokens.list);
  api.delete("/tokens/:tokenId", requireToken("admin"), tokens.revoke);
  api.get("/audit", requireToken("admin"), audit.list);
  api.get("/jobs", requireToken("platform:read"), jobs.list);
  api.get("/jobs/:name/runs", requireToken("platform:read"), jobs.listRuns);

  const routes = routesOf(api);
  refuseOtherMethods(api, routes);
  for (const path of dashboard.pagePaths) api.get(path, dashboard.show);
  api.use(refuseUnknownRoute());
  api.use(handleErrors(parts.logger));
  return { app: api, routes };
}

function sendDescription(version: string): RequestHandler {
  const description = describeApi(version);
  return (_req, res) => {
    res.json(description);
  };
}
