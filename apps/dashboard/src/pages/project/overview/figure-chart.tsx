import type { InsightSeries, Overview } from "@mobigen/analytics-contract";
import { useQuery } from "@tanstack/react-query";
import { insightSeriesQuery } from "../../../api/insights";
import { granularityOf } from "../../../api/window";
import { useDeviceFilter } from "../../../app/use-device-filter";
import { useProjectId } from "../../../app/use-project-id";
import { usePageWindow } from "../../../app/use-window";
import { ChartCard } from "../../../charts/chart-card";
import type { Point } from "../../../charts/series";
import { Card } from "../../../ui/card";
import { Loaded } from "../../../ui/loaded";
import { SkeletonChart } from "../../../ui/skeleton";
import { type Figure, scaled } from "./figures";

const height = 260;

/** A figure over time, and dashed, how it went in the period before. */
export function FigureChart({ figure, overview }: { figure: Figure; overview: Overview }) {
  const projectId = useProjectId();
  const filter = useDeviceFilter();
  const { query, tz } = usePageWindow();
  const granularity = granularityOf(query, new Date());
  const now = useQuery(insightSeriesQuery(projectId, figure.metric, granularity, query, filter));
  const earlier = { ...(overview.previous ?? query), tz };
  const before = useQuery({
    ...insightSeriesQuery(projectId, figure.metric, granularity, earlier, filter),
    enabled: overview.previous !== null,
  });
  const compared = overview.previous === null ? undefined : before.data;
  return (
    <Loaded
      query={now}
      skeleton={
        <Card title={figure.label}>
          <SkeletonChart height={height} />
        </Card>
      }
    >
      {(series) => (
        <ChartCard
          title={figure.label}
          hint={`by ${granularity}`}
          look="line"
          kind={figure.kind}
          granularity={granularity}
          height={height}
          series={[
            { id: "now", label: "This period" },
            ...(compared === undefined ? [] : [{ id: "before", label: "The period before", color: 8, dashed: true }]),
          ]}
          points={pointsOf(series, compared, figure)}
        />
      )}
    </Loaded>
  );
}

/** The two periods laid on each other: the first bucket of one at the first of the other. */
function pointsOf(now: InsightSeries, before: InsightSeries | undefined, figure: Figure): Point[] {
  return now.data.map(({ timestamp, value, partial }, place) => ({
    at: timestamp,
    partial,
    values: {
      now: scaled(value, figure) ?? null,
      ...(before === undefined ? {} : { before: scaled(before.data[place]?.value, figure) ?? null }),
    },
  }));
}
