import type { Metric, TimeSeries } from "@mobigen/analytics-contract";
import { useMemo } from "react";
import { sumOf, timeSeriesQuery } from "../../../api/metrics";
import { granularityOf } from "../../../api/window";
import { useCompared } from "../../../app/use-compared";

export type Activity = {
  series: TimeSeries | undefined;
  total: number | undefined;
  before: number | undefined;
  error: unknown;
  retry: () => void;
};

/** A metric that is counted, over the page's window, with its sum and that of the window before. */
export function useActivity(metric: Metric): Activity {
  const { now, before } = useCompared((window) => timeSeriesQuery(metric, granularityOf(window, new Date()), window));
  return useMemo(
    () => ({
      series: now.data,
      total: sumOf(now.data),
      before: sumOf(before.data),
      error: now.error,
      retry: () => void now.refetch(),
    }),
    [now, before],
  );
}
