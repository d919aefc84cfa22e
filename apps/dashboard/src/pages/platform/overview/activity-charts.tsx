import type { Granularity } from "@mobigen/analytics-contract";
import { granularityOf } from "../../../api/window";
import { usePageWindow } from "../../../app/use-window";
import { ChartCard } from "../../../charts/chart-card";
import type { Point } from "../../../charts/series";
import { Card } from "../../../ui/card";
import { SkeletonChart } from "../../../ui/skeleton";
import { ErrorState } from "../../../ui/states";
import { type Activity, useActivity } from "./use-activity";

/** Generations and builds over time, those that failed on top. */
export function ActivityCharts() {
  const { query } = usePageWindow();
  const granularity = granularityOf(query, new Date());
  const [generations, failedGenerations] = [useActivity("generations"), useActivity("generation_failures")];
  const [builds, failedBuilds] = [useActivity("builds"), useActivity("build_failures")];
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <OutcomeChart title="Generations" done={generations} failed={failedGenerations} granularity={granularity} />
      <OutcomeChart title="Builds" done={builds} failed={failedBuilds} granularity={granularity} />
    </div>
  );
}

type OutcomeChartProps = { title: string; done: Activity; failed: Activity; granularity: Granularity };

function OutcomeChart({ title, done, failed, granularity }: OutcomeChartProps) {
  if (done.series === undefined || failed.series === undefined) {
    const error = done.error ?? failed.error;
    return (
      <Card title={title}>
        {error === null ? (
          <SkeletonChart height={200} />
        ) : (
          <ErrorState
            error={error}
            onRetry={() => {
              done.retry();
              failed.retry();
            }}
          />
        )}
      </Card>
    );
  }
  const failures = new Map(failed.series.data.map(({ timestamp, value }) => [timestamp, value]));
  const points: Point[] = done.series.data.map(({ timestamp, value, partial }) => ({
    at: timestamp,
    partial,
    values: { done: value, failed: failures.get(timestamp) ?? 0 },
  }));
  return (
    <ChartCard
      title={title}
      hint={`by ${granularity}`}
      look="stacked"
      kind="count"
      granularity={granularity}
      height={200}
      series={[
        { id: "done", label: "Completed", color: 2 },
        { id: "failed", label: "Failed", color: 4 },
      ]}
      points={points}
    />
  );
}
