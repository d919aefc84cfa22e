import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { costGroupsQuery, userCostQuery } from "../../../api/costs";
import { userUsageQuery } from "../../../api/usage";
import { useCompared } from "../../../app/use-compared";
import { usePageWindow } from "../../../app/use-window";
import { write } from "../../../format/quantity";
import { Page } from "../../../layout/page";
import { Card } from "../../../ui/card";
import { Loaded } from "../../../ui/loaded";
import { StatCard, StatRow } from "../../../ui/stat-card";
import { EmptyState } from "../../../ui/states";
import { GroupTable } from "../costs/group-table";
import { groupingOf } from "../groups/groupings";
import { cost } from "../groups/measures";
import { StackedByDay } from "../groups/stacked-by-day";

/** What one user's calls cost, on which projects, and where the month is heading. */
export function UserPage() {
  const { userId } = useParams({ from: "/shell/platform/users/$userId" });
  const filter = { userId };
  const { now, before } = useCompared((window) => costGroupsQuery("model", window, filter));
  const projects = useCompared((window) => costGroupsQuery("project", window, filter));
  return (
    <Page
      title={userId}
      hint={
        <Link to="/platform/users" className="hover:text-text hover:underline">
          One of the users
        </Link>
      }
    >
      <UserTotals userId={userId} now={now.data} before={before.data} />
      {now.data === undefined || now.data.requests === 0 ? (
        <Card title="Cost by model and day">
          <Loaded
            query={now}
            empty={{ when: ({ requests }) => requests === 0, show: <EmptyState title="No calls in this time" /> }}
          >
            {() => null}
          </Loaded>
        </Card>
      ) : (
        <>
          <StackedByDay groups={now.data} grouping={groupingOf("model")} filter={filter} measure={cost} />
          <Card flush className="pt-3">
            <Loaded query={projects.now}>
              {(data) => (
                <GroupTable now={data} before={projects.before.data} grouping={groupingOf("project")} filter={filter} />
              )}
            </Loaded>
          </Card>
        </>
      )}
    </Page>
  );
}

type Sums = { totalCost: number; requests: number; failedCost: number } | undefined;

function UserTotals({ userId, now, before }: { userId: string; now: Sums; before: Sums }) {
  const { query, tz } = usePageWindow();
  const month = useQuery(userCostQuery(userId, { period: "month", tz }));
  const usage = useQuery(userUsageQuery(userId, query));
  const projection = month.data?.projection;
  const hasRange = projection !== undefined && projection.low !== null && projection.high !== null;
  return (
    <StatRow>
      <StatCard
        label="Cost"
        kind="money"
        value={now?.totalCost}
        before={before?.totalCost}
        rise="bad"
        note={now && `${write("money", now.failedCost).short} of it for calls that failed`}
      />
      <StatCard
        label="Calls"
        kind="count"
        value={now?.requests}
        before={before?.requests}
        note={usage.data && `on ${write("count", usage.data.uniqueProjects).short} projects`}
      />
      <StatCard
        label="Tokens"
        kind="tokens"
        value={usage.isError ? null : usage.data?.totalTokens}
        note={usage.data && `${write("tokens", usage.data.totalOutputTokens).short} of them output`}
      />
      <StatCard
        label="This month, projected"
        kind="money"
        value={month.isError ? null : month.data?.projectedMonthly}
        note={
          month.data &&
          `${write("money", month.data.totalCost).short} so far${
            hasRange
              ? `; ${write("money", projection.low).short} to ${write("money", projection.high).short} likely`
              : ""
          }`
        }
      />
    </StatRow>
  );
}
