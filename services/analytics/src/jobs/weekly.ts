import type { Metric } from "@mobigen/analytics-contract";
import type { MetricsAggregator } from "../metrics-aggregator.js";
import type { JobStep, JobWindow } from "./job.js";

const reportedMetrics = [
  "tokens",
  "requests",
  "cost",
  "generations",
  "generation_failures",
  "builds",
  "build_failures",
  "projects",
  "app_events",
] as const satisfies readonly Metric[];

const weekMs = 7 * 24 * 60 * 60 * 1_000;

export type WeeklyDeps = { metrics: MetricsAggregator };

/** What a week's end asks for, in this order. */
export function weeklySteps({ metrics }: WeeklyDeps): readonly JobStep[] {
  return [{ name: "totals", run: ({ window }) => sumUp(metrics, window) }];
}

/** The platform's totals of the week and their change against the week before, kept with the run. */
async function sumUp(metrics: MetricsAggregator, window: JobWindow) {
  const before = { start: new Date(window.start.getTime() - weekMs), end: window.start };
  const totals: Record<string, { total: number; change: number | null }> = {};
  for (const metric of reportedMetrics) {
    const total = await sumOf(metrics, metric, window);
    totals[metric] = { total, change: changePercent(total, await sumOf(metrics, metric, before)) };
  }
  return { from: window.start.toISOString(), to: window.end.toISOString(), totals };
}

async function sumOf(metrics: MetricsAggregator, metric: Metric, window: JobWindow): Promise<number> {
  const { data } = await metrics.timeSeries({
    metric,
    granularity: "day",
    from: window.start.toISOString(),
    to: window.end.toISOString(),
  });
  return data.reduce((sum, { value }) => sum + (value ?? 0), 0);
}

/** To one decimal; null from zero. */
function changePercent(now: number, before: number): number | null {
  return before === 0 ? null : Math.round(((now - before) / before) * 1_000) / 10;
}
