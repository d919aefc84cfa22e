import { randomUUID } from "node:crypto";
import { type Dashboard, dashboardSchema, type TimeSeries, type TimeSeriesQuery } from "@mobigen/analytics-contract";
import { filterOf, questionOf } from "./metric-question.js";
import { moneyToNumber } from "./money.js";
import { type ResolvedWindow, resolveWindow, startOfUnit, timeBoundaries } from "./periods.js";
import type { AppMetricsStore } from "./stores/app-metrics-store.js";
import { type CacheStore, cachePrefix, dashboardTtlSeconds } from "./stores/cache-store.js";
import type { Activity, MetricsStore } from "./stores/metrics-store.js";
import type { Clock } from "./types.js";

export const dashboardKey = `${cachePrefix}dashboard`;
/** Names the edition that holds; absent until something is made invalid. */
export const dashboardEditionKey = `${dashboardKey}:edition`;
// Longer than any dashboard of an edition before is cached.
const editionTtlSeconds = 2 * dashboardTtlSeconds;
export const topProjectsLimit = 10;

const dayMs = 24 * 60 * 60 * 1000;
const defaultPeriod = "30d";

export type MetricsAggregator = {
  /**
   * The platform's dashboard, at most five minutes old; `fresh` computes it from what is committed now. However many ask, one
   * computation runs at a time.
   */
  dashboard(options?: { fresh?: boolean }): Promise<Dashboard>;
  /** A zero-filled series. Throws invalid_query for a filter that the metric does not know, and where periods.ts does. */
  timeSeries(query: TimeSeriesQuery): Promise<TimeSeries>;
  /** Forgets the cached dashboard: what it counted has changed behind its back. */
  invalidate(): Promise<void>;
};

export type MetricsAggregatorParts = {
  metrics: MetricsStore;
  apps: AppMetricsStore;
  cache: CacheStore;
  clock: Clock;
};

export function createMetricsAggregator(parts: MetricsAggregatorParts): MetricsAggregator {
  let running: Promise<Dashboard> | undefined;
  let next: Promise<Dashboard> | undefined;
  // Counts invalidations: a dashboard that was begun before one must not be cached after it.
  let edition = 0;
  let runningEdition = 0;

  async function compute(): Promise<Dashboard> {
    const begunIn = edition;
    const key = await currentKey(parts.cache);
    const dashboard = await readDashboard(parts);
    if (begunIn === edition) await parts.cache.set(key, dashboard, dashboardTtlSeconds);
    return dashboard;
  }

  function startOrJoin(): Promise<Dashboard> {
    if (running === undefined) {
      runningEdition = edition;
      running = compute().finally(() => {
        running = undefined;
      });
    }
    return running;
  }

  // A computation that runs already may have missed what was committed since it began: the next one has not.
  function startAfresh(): Promise<Dashboard> {
    if (running === undefined) return startOrJoin();
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return startOrJoin();
      });
    return next;
  }

  return {
    async dashboard({ fresh = false } = {}) {
      if (fresh) return startAfresh();
      return (await readCached(parts)) ?? (runningEdition === edition ? startOrJoin() : startAfresh());
    },
    timeSeries: (query) => readTimeSeries(parts, query),
    async invalidate() {
      edition += 1;
      await parts.cache.set(dashboardEditionKey, randomUUID(), editionTtlSeconds);
      await parts.cache.delete(dashboardKey);
    },
  };
}

// Another replica may be computing the dashboard of the edition that was made invalid: it caches it where nobody looks any more.
async function currentKey(cache: CacheStore): Promise<string> {
  const edition = await cache.get(dashboardEditionKey);
  return typeof edition === "string" ? `${dashboardKey}:${edition}` : dashboardKey;
}

async function readCached({ cache, clock }: MetricsAggregatorParts): Promise<Dashboard | undefined> {
  // Parsed again: another version of the service may have written it.
  const cached = dashboardSchema.safeParse(await cache.get(await currentKey(cache)));
  if (!cached.success) return undefined;
  const ageMs = clock().getTime() - Date.parse(cached.data.generatedAt);
  return ageMs < dashboardTtlSeconds * 1000 ? cached.data : undefined;
}

async function readDashboard({ metrics, clock }: MetricsAggregatorParts): Promise<Dashboard> {
  const now = clock().getTime();
  // This very millisecond is in: what was acknowledged just now is counted.
  const to = now + 1;
  const windows = [
    { from: to - dayMs, to },
    { from: to - 2 * dayMs, to: to - dayMs },
  ];
  const { totals, activities, topProjects } = await metrics.overview(windows, topProjectsLimit);
  const [last = noActivity, before = noActivity] = activities;
  return {
    overview: {
      totalProjects: totals.projects,
      totalGenerations: totals.generations,
      totalBuilds: totals.builds,
      totalTokensUsed: totals.tokens,
      totalCost: moneyToNumber(totals.cost),
      generationFailures: totals.generationFailures,
      buildFailures: totals.buildFailures,
      generationSuccessRate: successRate(totals.generations, totals.generationFailures),
      buildSuccessRate: successRate(totals.builds, totals.buildFailures),
    },
    recentActivity: {
      generationsLast24h: last.generations,
      buildsLast24h: last.builds,
      tokensLast24h: last.tokens,
    },
    trends: {
      generationsChange: percentChange(before.generations, last.generations),
      buildsChange: percentChange(before.builds, last.builds),
      tokensChange: percentChange(before.tokens, last.tokens),
    },
    topProjects,
    generatedAt: new Date(now).toISOString(),
  };
}

const noActivity: Activity = { generations: 0, builds: 0, tokens: 0 };

/** Percent, to one decimal; from zero there is no change that a number could tell. */
export function percentChange(before: number, after: number): number | null {
  return before === 0 ? null : toOneDecimal(((after - before) / before) * 100);
}

function successRate(successes: number, failures: number): number | null {
  const ended = successes + failures;
  return ended === 0 ? null : toOneDecimal((successes / ended) * 100);
}

// Adding zero turns the -0 of a tiny decline into 0.
function toOneDecimal(value: number): number {
  return Math.round(value * 10) / 10 + 0;
}

async function readTimeSeries(parts: MetricsAggregatorParts, query: TimeSeriesQuery): Promise<TimeSeries> {
  const question = questionOf(query.metric, parts);
  const filter = filterOf(query, question.filters);
  const granularity = query.granularity ?? "day";
  const now = parts.clock();
  let window = resolveWindow(query, now, { defaultPeriod });
  if (query.period === "all" || (query.from === undefined && query.to !== undefined)) {
    window = beginAtData(window, await parts.metrics.firstDataAt(question.source, filter), now, granularity);
  }
  const boundaries = timeBoundaries(window, granularity);
  const values = await question.read(boundaries, filter);
  const data = values.map((value, i) => ({
    timestamp: instant(boundaries[i] ?? window.from),
    value,
    // What ends after now can still grow.
    ...((boundaries[i + 1] ?? window.to) > now.getTime() ? { partial: true as const } : {}),
  }));
  if (window.order === "desc") data.reverse();
  return {
    metric: query.metric,
    period: window.label,
    granularity,
    timezone: window.tz,
    from: instant(window.from),
    to: instant(window.to),
    data,
  };
}

// A series of all time begins with the unit that holds the first data: the years before it are nobody's zeros.
function beginAtData(
  window: ResolvedWindow,
  firstDataAt: number | undefined,
  now: Date,
  granularity: NonNullable<TimeSeriesQuery["granularity"]>,
): ResolvedWindow {
  const first = Math.min(firstDataAt ?? now.getTime(), now.getTime(), window.to - 1);
  return { ...window, from: startOfUnit(first, window.tz, granularity) };
}

// As the brief prints it: without milliseconds that are zero.
function instant(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}
