import type { Granularity, Metric, TimeSeries } from "@mobigen/analytics-contract";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request } from "./request";
import type { Window } from "./window";

export type TimeSeriesFilter = { userId?: string; projectId?: string; model?: string };

/** A metric over time, oldest first. */
export function timeSeriesQuery(
  metric: Metric,
  granularity: Granularity,
  window: Window,
  filter: TimeSeriesFilter = {},
) {
  const query = { metric, granularity, order: "asc", ...window, ...filter };
  return queryOptions({
    queryKey: ["metrics", "timeseries", query],
    queryFn: ({ signal }) => request<TimeSeries>("/metrics/timeseries", { query, signal }),
    placeholderData: keepPreviousData,
  });
}

export function sumOf(series: TimeSeries | undefined): number | undefined {
  return series?.data.reduce((sum, { value }) => sum + (value ?? 0), 0);
}
