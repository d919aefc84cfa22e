import type { CostGroups } from "@mobigen/analytics-contract";
import { useQueries, useQuery } from "@tanstack/react-query";
import { type CostFilter, costGroupsQuery } from "../../../api/costs";
import { projectNamesQuery } from "../../../api/projects";
import { usePageWindow } from "../../../app/use-window";
import { ChartCard } from "../../../charts/chart-card";
import type { Series } from "../../../charts/series";
import { Card } from "../../../ui/card";
import { SkeletonChart } from "../../../ui/skeleton";
import { EmptyState, ErrorState } from "../../../ui/states";
import type { groupings } from "./groupings";
import type { Measure } from "./measures";
import { stackedPoints } from "./stacked-points";

// With the rest, as many as there are colours.
const drawn = 7;

type StackedByDayProps = {
  groups: CostGroups;
  grouping: (typeof groupings)[number];
  filter: CostFilter;
  measure: Measure;
};

/** The largest groups day by day, one colour each, and the rest of all on top. */
export function StackedByDay({ groups, grouping, filter, measure }: StackedByDayProps) {
  const { query } = usePageWindow();
  const names = useQuery(projectNamesQuery);
  const there = groups.items.filter((group) => measure.of(group) > 0).toSorted((a, b) => measure.of(b) - measure.of(a));
  const keys = there.flatMap(({ key }) => (key === null ? [] : [key])).slice(0, drawn);
  const all = useQuery(costGroupsQuery("day", query, filter));
  const parts = useQueries({
    queries: keys.map((key) => costGroupsQuery("day", query, { ...filter, [grouping.filter]: key })),
  });
  const title = `${measure.label} by ${grouping.value} and day`;
  const days = parts.flatMap(({ data }) => (data === undefined ? [] : [data]));
  if (all.data === undefined || days.length < keys.length) {
    const failed = [all, ...parts].find(({ isError }) => isError);
    return (
      <Card title={title}>
        {failed === undefined ? (
          <div aria-busy="true">
            <SkeletonChart height={280} />
          </div>
        ) : (
          <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
        )}
      </Card>
    );
  }
  const named: Series[] = keys.map((key, place) => ({
    id: String(place),
    label: grouping.value === "project" ? (names.data?.get(key) ?? key) : key,
  }));
  // A call with two tags is in two groups: there is no rest to speak of.
  const hasRest = grouping.value !== "tag" && (there.length > keys.length || groups.nextCursor !== null);
  if (there.length === 0) {
    return (
      <Card title={title}>
        <EmptyState title="Nothing to draw">These calls came to nothing: their models may have no price.</EmptyState>
      </Card>
    );
  }
  return (
    <ChartCard
      title={title}
      hint={grouping.value === "tag" ? `${measure.unit}; a call with two tags is in both` : measure.unit}
      look="stacked"
      kind={measure.kind}
      granularity="day"
      height={280}
      series={hasRest ? [...named, { id: "rest", label: "All others", color: 8 }] : named}
      points={stackedPoints(measure, all.data, days, hasRest, new Date())}
    />
  );
}
