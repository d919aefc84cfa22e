import type { Metric } from "@mobigen/analytics-contract";
import type { MetricsAggregator } from "./metrics-aggregator.js";
import { type CacheStore, cachePrefix } from "./stores/cache-store.js";

const hourMs = 60 * 60 * 1_000;
/** The brief's 24 hours of aggregated data. */
const keptHours = 24;

const aggregatedMetrics = [
  "tokens",
  "requests",
  "cost",
  "generations",
  "generation_failures",
  "builds",
  "build_failures",
  "app_events",
  "app_sessions",
] as const satisfies readonly Metric[];

export type HourAggregate = { from: string; to: string } & Record<(typeof aggregatedMetrics)[number], number>;

export type HourAggregates = {
  /** What the platform did in this hour. */
  sumUp(hour: Date): Promise<HourAggregate>;
  /**
   * Puts the last 24 closed hours into the cache, each until 24 hours after its end: those of before too, for late records
   * may have changed them and the cache may have lost them.
   */
  publish(now: Date): Promise<HourAggregate[]>;
};

export type HourAggregatesDeps = { metrics: Pick<MetricsAggregator, "timeSeries">; cache: Pick<CacheStore, "set"> };

export function createHourAggregates({ metrics, cache }: HourAggregatesDeps): HourAggregates {
  /** Hours from `first`, oldest first. */
  async function read(first: number, count: number): Promise<HourAggregate[]> {
    const from = new Date(first).toISOString();
    const to = new Date(first + count * hourMs).toISOString();
    const hours = Array.from({ length: count }, (_, n) => emptyHour(first + n * hourMs));
    for (const metric of aggregatedMetrics) {
      const { data } = await metrics.timeSeries({ metric, granularity: "hour", from, to, order: "asc" });
      for (const [n, { value }] of data.entries()) {
        const hour = hours[n];
        if (hour !== undefined) hour[metric] = value ?? 0;
      }
    }
    return hours;
  }

  return {
    async sumUp(hour) {
      return (await read(hour.getTime(), 1))[0] ?? emptyHour(hour.getTime());
    },
    async publish(now) {
      const current = Math.floor(now.getTime() / hourMs) * hourMs;
      const hours = await read(current - keptHours * hourMs, keptHours);
      for (const hour of hours) {
        const keptUntil = Date.parse(hour.to) + keptHours * hourMs;
        const ttlSeconds = Math.ceil((keptUntil - now.getTime()) / 1_000);
        if (ttlSeconds > 0) await cache.set(hourKey(new Date(hour.from)), hour, ttlSeconds);
      }
      return hours;
    },
  };
}

/** `analytics:cache:hour:2026-01-31T09`, in UTC. */
export function hourKey(hour: Date): string {
  return `${cachePrefix}hour:${hour.toISOString().slice(0, 13)}`;
}

function emptyHour(from: number): HourAggregate {
  const zeros = { tokens: 0, requests: 0, cost: 0, generations: 0, generation_failures: 0 };
  const more = { builds: 0, build_failures: 0, app_events: 0, app_sessions: 0 };
  return { from: new Date(from).toISOString(), to: new Date(from + hourMs).toISOString(), ...zeros, ...more };
}
