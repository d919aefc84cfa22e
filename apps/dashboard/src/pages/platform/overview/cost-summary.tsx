import { Link } from "@tanstack/react-router";
import { costGroupsQuery } from "../../../api/costs";
import { useCompared } from "../../../app/use-compared";
import { ChartCard } from "../../../charts/chart-card";
import { Card } from "../../../ui/card";
import { Loaded } from "../../../ui/loaded";
import { SkeletonChart } from "../../../ui/skeleton";
import { EmptyState, PartialNote } from "../../../ui/states";
import { costPoints } from "./cost-points";
import { MonthAhead } from "./month-ahead";

/** Cost by day against the period before, and where the month is going. */
export function CostSummary() {
  const { now, before } = useCompared((window) => costGroupsQuery("day", window));
  return (
    <div className="grid gap-4 lg:grid-cols-3">
      <div className="flex min-w-0 flex-col gap-2 lg:col-span-2">
        {now.data === undefined || now.data.requests === 0 ? (
          <Card title="Cost by day">
            <Loaded
              query={now}
              skeleton={<SkeletonChart />}
              empty={{ when: ({ requests }) => requests === 0, show: <NoCalls /> }}
            >
              {() => null}
            </Loaded>
          </Card>
        ) : (
          <ChartCard
            title="Cost by day"
            hint="US dollars; the last day is still open"
            look="line"
            kind="money"
            granularity="day"
            series={[
              { id: "now", label: "This period" },
              { id: "before", label: "Period before", color: 8, dashed: true },
            ]}
            points={costPoints(now.data, before.data, new Date())}
          />
        )}
        {now.data !== undefined && now.data.unpricedRequests > 0 && (
          <PartialNote>
            {now.data.unpricedRequests} calls have no price yet and are in no cost.{" "}
            <Link to="/platform/prices" className="underline">
              Price them
            </Link>
          </PartialNote>
        )}
      </div>
      <MonthAhead />
    </div>
  );
}

function NoCalls() {
  return (
    <EmptyState title="No calls in this time">
      Each LLM call that the platform reports to <code>POST /usage/api</code> appears here with its cost.
    </EmptyState>
  );
}
