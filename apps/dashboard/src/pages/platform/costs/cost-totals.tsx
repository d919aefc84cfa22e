import type { CostGroups } from "@mobigen/analytics-contract";
import { Link } from "@tanstack/react-router";
import type { CostFilter } from "../../../api/costs";
import { sumOf, timeSeriesQuery } from "../../../api/metrics";
import { granularityOf } from "../../../api/window";
import { useCompared } from "../../../app/use-compared";
import { write } from "../../../format/quantity";
import { StatCard, StatRow } from "../../../ui/stat-card";

type Sums = { now: CostGroups | undefined; before: CostGroups | undefined };

/** The sums of all that is shown. */
export function CostTotals({ now, before, filter }: Sums & { filter: CostFilter }) {
  return (
    <StatRow>
      <StatCard
        label="Cost"
        kind="money"
        value={now?.totalCost}
        before={before?.totalCost}
        rise="bad"
        note={now && <Unpriced count={now.unpricedRequests} />}
      />
      <StatCard
        label="Calls"
        kind="count"
        value={now?.requests}
        before={before?.requests}
        note={now && `${write("money", average(now)).short} each`}
      />
      {isOfActs(filter) ? <Wasted now={now} filter={filter} /> : <OnFailedCalls now={now} before={before} />}
      <StatCard
        label="Spent on cached input"
        kind="money"
        value={now?.cacheCost}
        before={before?.cacheCost}
        note={now && `${write("tokens", now.cacheReadTokens).short} tokens read from a cache`}
      />
    </StatRow>
  );
}

/** Whether the API can tell what failed generations and builds cost: it can of users and projects. */
function isOfActs({ userId: _, projectId: __, ...others }: CostFilter): boolean {
  return Object.keys(others).length === 0;
}

/** Calls that failed, and the other calls of generations and builds that failed: all of it was for nothing. */
function Wasted({ now, filter: { userId, projectId } }: { now: CostGroups | undefined; filter: CostFilter }) {
  const filter = { ...(userId === undefined ? {} : { userId }), ...(projectId === undefined ? {} : { projectId }) };
  const wasted = useCompared((window) =>
    timeSeriesQuery("wasted_cost", granularityOf(window, new Date()), window, filter),
  );
  const value = wasted.now.isError ? null : sumOf(wasted.now.data);
  return (
    <StatCard
      label="Spent on failures"
      kind="money"
      value={value}
      before={sumOf(wasted.before.data)}
      rise="bad"
      note={now && `${write("money", now.failedCost).short} on calls, the rest on failed generations and builds`}
    />
  );
}

function OnFailedCalls({ now, before }: Sums) {
  return (
    <StatCard
      label="Spent on calls that failed"
      kind="money"
      value={now?.failedCost}
      before={before?.failedCost}
      rise="bad"
      note={now && `${write("percent", shareOf(now.failedCost, now.totalCost)).short} of the cost`}
    />
  );
}

function Unpriced({ count }: { count: number }) {
  if (count === 0) return "every call has a price";
  return (
    <Link to="/platform/prices" className="text-warn underline">
      {write("count", count).short} calls without a price
    </Link>
  );
}

function average({ totalCost, requests, unpricedRequests }: CostGroups): number | null {
  const priced = requests - unpricedRequests;
  return priced === 0 ? null : totalCost / priced;
}

/** In percent; 0 of nothing. */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : (part / whole) * 100;
}
