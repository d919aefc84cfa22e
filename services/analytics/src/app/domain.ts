import os from "node:os";
import { createApiKeys } from "../access/api-keys.js";
import { createAudit } from "../access/audit.js";
import { createLastUse } from "../access/last-use.js";
import { createProjects } from "../access/projects.js";
import { createRateLimiter } from "../access/rate-limiter.js";
import { createSessions, sessionKey } from "../access/sessions.js";
import { createTokens } from "../access/tokens.js";
import type { Config } from "../config.js";
import { createCostMonitor } from "../cost-monitor.js";
import { createCounterHealer } from "../counter-healer.js";
import { storeUnavailable } from "../errors.js";
import { createFleetReader } from "../fleet/fleet.js";
import { createHourAggregates } from "../hour-aggregates.js";
import { batchDeltas } from "../ingestion/batch-deltas.js";
import { createEventBuffer } from "../ingestion/event-buffer.js";
import { createIngest } from "../ingestion/ingest.js";
import { createLiveFeed } from "../insights/live-feed.js";
import { createJobReports } from "../jobs/job-reports.js";
import { createJobs, createSchedule } from "../jobs/schedule.js";
import type { Logger } from "../logger.js";
import { createMetricsAggregator } from "../metrics-aggregator.js";
import { openPriceBook } from "../price-book.js";
import { createPrices } from "../prices.js";
import { createRecost } from "../recost.js";
import { createMemoryRateLimitStore } from "../stores/memory/rate-limit-store.js";
import { createAccessStore } from "../stores/postgres/access-store.js";
import { createAppMetricsStore } from "../stores/postgres/app-metrics-store.js";
import { readArchivedTo } from "../stores/postgres/archive-store.js";
import { createAuditStore } from "../stores/postgres/audit-store.js";
import { createConflictStore } from "../stores/postgres/conflict-store.js";
import { createCostStore } from "../stores/postgres/cost-store.js";
import { createCounterTruth } from "../stores/postgres/counter-truth.js";
import { createEventStore } from "../stores/postgres/event-store.js";
import { createFleetStore } from "../stores/postgres/fleet-store.js";
import { createIngestionLedgerStore } from "../stores/postgres/ingestion-ledger-store.js";
import { createJobRunStore } from "../stores/postgres/job-run-store.js";
import { createLiveEventStore } from "../stores/postgres/live-event-store.js";
import { createMetricsStore } from "../stores/postgres/metrics-store.js";
import { createPartitions } from "../stores/postgres/partitions.js";
import { isReachable } from "../stores/postgres/ping.js";
import { createPlatformEventStore } from "../stores/postgres/platform-event-store.js";
import { createPriceStore } from "../stores/postgres/price-store.js";
import { createProjectStore } from "../stores/postgres/project-store.js";
import { createRecostStore } from "../stores/postgres/recost-store.js";
import { createSummaryStore } from "../stores/postgres/summary-store.js";
import { createUsageStore } from "../stores/postgres/usage-store.js";
import { createVerifyStore } from "../stores/postgres/verify-store.js";
import { createSummaries } from "../summaries/summaries.js";
import type { Clock } from "../types.js";
import { createUsageTracker } from "../usage-tracker.js";
import { createArchiveParts } from "./archive.js";
import { createBudgetParts } from "./budgets.js";
import { createInsightStores } from "./insights.js";
import { createReportParts } from "./reports.js";
import { openCache, openDatabase } from "./stores.js";
import { within } from "./within.js";

const hourMs = 60 * 60 * 1_000;
const drainGraceMs = 1_500;
const pricingGraceMs = 5_000;

// Fifty full batches wait at most: what the memory target leaves room for. A flush of 1,600 events spreads the price of its commit
// and is small enough for the next one to fill beside it; 4,000 gave a quarter fewer events a second.
const eventBufferBounds = {
  maxQueuedEvents: 50_000,
  maxQueuedBytes: 128 * 1024 * 1024,
  maxFlushEvents: 1_600,
  flushIntervalMs: 3,
  concurrentFlushes: 2,
};

export type DomainOptions = {
  config: Config;
  logger: Logger;
  clock: Clock;
  /** See openDatabase. */
  join?: boolean;
};

export type Domain = Awaited<ReturnType<typeof openDomain>>;

/**
 * Everything below HTTP, on a migrated database: what the service serves and the command line calls. `close` flushes and lets go of
 * everything. @throws errors with a `publicMessage` where the database or its folder can't be used.
 */
export async function openDomain(options: DomainOptions) {
  const { config, logger, join = false } = options;
  const database = await openDatabase({ config, logger, join });
  try {
    return await buildDomain(options, database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

type Database = Awaited<ReturnType<typeof openDatabase>>;

async function buildDomain({ config, logger, clock }: DomainOptions, database: Database) {
  const { pool, prisma } = database;
  const partitions = createPartitions(pool);
  if (!(await partitions.ensureAround(clock()))) logger.warn("partitions were not made: a reader is in the way");
  const priceStore = createPriceStore(pool);
  const book = await openPriceBook({ store: priceStore, clock, logger });

  const { counters, cache, limits, ...redis } = openCache(config, logger, () => void healer.recover());
  const healer = createCounterHealer({ counters, truth: createCounterTruth(pool), clock, logger });
  await redis.connect();
  await healer.recover();

  const usageStore = createUsageStore(pool);
  const accessStore = createAccessStore(prisma, pool);
  const projectStore = createProjectStore(prisma);
  // What waits behind a flush that the database does not answer waits for seconds.
  const refusal = () => (database.isHung() ? storeUnavailable(new Error("the database hangs")) : null);
  const window = { pastMs: config.acceptPastDays * 24 * hourMs, aheadMs: config.acceptAheadHours * hourMs };
  const archivedTo = await readArchivedTo(pool);
  const events = createEventStore({ pool, deltasOf: batchDeltas, acceptPastMs: window.pastMs, archivedTo });
  const buffer = createEventBuffer({ append: events.append, refusal, ...eventBufferBounds });
  const platformEvents = createPlatformEventStore(pool);
  const conflicts = createConflictStore(pool);
  const onUncounted = healer.recoverSoon;
  const tracker = createUsageTracker({
    ...{ usage: usageStore, platformEvents, conflicts, prices: book, counters, onUncounted, refusal, clock, logger },
  });
  const apps = createAppMetricsStore(pool);
  const metrics = createMetricsAggregator({ metrics: createMetricsStore(pool), apps, cache, clock });
  const fleet = createFleetReader({ store: createFleetStore(pool), clock });
  const onRecost = async () => {
    fleet.invalidate();
    await metrics.invalidate();
  };
  const recost = createRecost({ store: createRecostStore(pool), priceStore, prices: book, clock, logger, onRecost });
  book.watch({ onPrices: recost.priceUnpriced, onRecost });
  const prices = createPrices({
    ...{ store: priceStore, book, clock },
    // What history a price has to price may be long: the reply does not wait for all of it.
    onChange: async () => void (await within(pricingGraceMs, recost.priceUnpriced())),
  });
  const lastUse = createLastUse(accessStore, clock, logger);
  const keys = createApiKeys(accessStore, lastUse, clock);
  const { eventsPerMinute, acceptPastDays } = config;
  const onChange = keys.forget;
  const projects = createProjects({ store: projectStore, clock, eventsPerMinute, acceptPastDays, onChange });
  const tokens = createTokens(accessStore, lastUse, clock, config.adminToken);
  const budgetParts = createBudgetParts({ pool, config, prices: book, clock, logger });
  const reportParts = createReportParts({
    ...{ pool, config, metrics, usage: usageStore, apps, projects: projectStore, clock, logger },
  });
  const runs = createJobRunStore(pool);
  const { budgetAlerts: alerts, delivery } = budgetParts;
  const aggregates = createHourAggregates({ metrics, cache });
  const archiveParts = await createArchiveParts({ pool, config, clock, logger });
  const summaries = createSummaries(createSummaryStore(pool));
  const jobs = createJobs({
    hourly: {
      counters,
      healer,
      aggregates,
      runs,
      metrics,
      priceUnpriced: recost.priceUnpriced,
      alerts,
      delivery,
      summaries,
    },
    daily: { counters, healer, ensurePartitions: partitions.ensureAround, summaries, archive: archiveParts.archive },
    weekly: { reports: reportParts.reports },
  });

  const liveFeed = createLiveFeed({ store: createLiveEventStore(pool), clock, logger });

  return {
    ...{ pool, prisma, applied: database.applied },
    ...{ projects, keys, tokens, lastUse },
    sessions: createSessions(tokens, keys, sessionKey(config.adminToken), clock),
    audit: createAudit(createAuditStore(prisma)),
    ingest: createIngest({ buffer, clock, window }),
    limiter: createRateLimiter(limits, createMemoryRateLimitStore()),
    waitingByProject: buffer.waitingByProject,
    ensurePartitions: partitions.ensureFor,
    ingestionLedger: createIngestionLedgerStore(pool),
    ...{ events, projectStore, tracker, metrics, fleet, counters, healer, prices, book, priceStore, recost, conflicts },
    insightStores: createInsightStores(pool, apps),
    liveFeed,
    ...budgetParts,
    ...reportParts,
    ...archiveParts,
    costStore: createCostStore(pool),
    costs: createCostMonitor({ usage: usageStore, clock }),
    verifyStore: createVerifyStore(pool),
    ...{ runs, summaries },
    jobReports: createJobReports({ jobs, runs, clock, enabled: config.cronEnabled }),
    schedule: createSchedule({ jobs, runs, runner: `${os.hostname()}:${process.pid}`, clock, logger }),
    isDatabaseUp: () => isReachable(pool),
    isCacheUp: redis.isUp,
    async close() {
      liveFeed.stop();
      healer.stop();
      book.stop();
      await within(
        drainGraceMs,
        Promise.all([buffer.drain(), tracker.drain(), lastUse.stop(), recost.stop(), budgetParts.delivery.stop()]),
      );
      archiveParts.archiveFiles?.close();
      await redis.close();
      await database.close();
    },
  };
}
