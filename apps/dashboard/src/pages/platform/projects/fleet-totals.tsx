import type { Fleet } from "@mobigen/analytics-contract";
import { write } from "../../../format/quantity";
import { StatCard, StatRow } from "../../../ui/stat-card";

/** The sums of all apps, whatever is searched. */
export function FleetTotals({ totals }: { totals: Fleet["totals"] | undefined }) {
  return (
    <StatRow>
      <StatCard
        label="App events"
        kind="count"
        value={totals?.events}
        before={totals?.before.events}
        rise="good"
        note={totals && `of ${write("count", totals.projects).short} projects`}
      />
      <StatCard
        label="Active users"
        kind="count"
        value={totals?.activeUsers}
        before={totals?.before.activeUsers}
        rise="good"
        note={totals && `${write("count", totals.retainedUsers).short} were so in the period before`}
      />
      <StatCard
        label="LLM cost"
        kind="money"
        value={totals?.cost}
        before={totals?.before.cost}
        rise="bad"
        note={totals && `${write("money", totals.costPerActiveUser).short} an active user`}
      />
      <StatCard
        label="Failure rate"
        kind="percent"
        value={totals?.failureRate}
        note={totals && `${write("count", totals.failures).short} generations and builds failed`}
      />
    </StatRow>
  );
}
