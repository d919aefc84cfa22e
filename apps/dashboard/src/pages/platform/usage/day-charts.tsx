import type { CostGroup, CostGroups } from "@mobigen/analytics-contract";
import { useQuery } from "@tanstack/react-query";
import { costGroupsQuery } from "../../../api/costs";
import { usePageWindow } from "../../../app/use-window";
import { ChartCard } from "../../../charts/chart-card";
import type { Point } from "../../../charts/series";
import { dayOf } from "../../../layout/local-day";
import { Card } from "../../../ui/card";
import { Loaded } from "../../../ui/loaded";
import { SkeletonChart } from "../../../ui/skeleton";
import { daysOf } from "../groups/days";

/** Tokens and calls day by day, each by what became of them. */
export function DayCharts() {
  const { query } = usePageWindow();
  const days = useQuery(costGroupsQuery("day", query));
  if (days.data === undefined) {
    return (
      <Card title="Tokens by day">
        <Loaded query={days} skeleton={<SkeletonChart height={200} />}>
          {() => null}
        </Loaded>
      </Card>
    );
  }
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <ChartCard
        title="Tokens by day"
        look="stacked"
        kind="tokens"
        granularity="day"
        height={200}
        series={[
          { id: "input", label: "Input", color: 1 },
          { id: "cached", label: "Input from a cache", color: 5 },
          { id: "output", label: "Output", color: 3 },
        ]}
        points={pointsOf(days.data, ({ inputTokens, cacheReadTokens, outputTokens }) => ({
          input: inputTokens - cacheReadTokens,
          cached: cacheReadTokens,
          output: outputTokens,
        }))}
      />
      <ChartCard
        title="Calls by day"
        look="stacked"
        kind="count"
        granularity="day"
        height={200}
        series={[
          { id: "done", label: "Answered", color: 2 },
          { id: "failed", label: "Failed", color: 4 },
        ]}
        points={pointsOf(days.data, ({ requests, failedRequests }) => ({
          done: requests - failedRequests,
          failed: failedRequests,
        }))}
      />
    </div>
  );
}

const nothing = { inputTokens: 0, cacheReadTokens: 0, outputTokens: 0, requests: 0, failedRequests: 0 };

type Figures = Pick<CostGroup, keyof typeof nothing>;

/** Every day of the window, those without calls too. */
function pointsOf(groups: CostGroups, of: (day: Figures) => Point["values"]): Point[] {
  const byDay = new Map<string | null, Figures>(groups.items.map((group) => [group.key, group]));
  const openDay = dayOf(new Date(), groups.timezone);
  return daysOf(groups).map((day) => ({
    at: day,
    partial: day === openDay ? true : undefined,
    values: of(byDay.get(day) ?? nothing),
  }));
}
