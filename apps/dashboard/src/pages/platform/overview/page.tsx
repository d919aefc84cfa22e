import { Page } from "../../../layout/page";
import { ActivityCharts } from "./activity-charts";
import { CostSummary } from "./cost-summary";
import { Headline } from "./headline";
import { TopGroups } from "./top-groups";

/** What the platform costs and whether it works, on one screen. */
export function OverviewPage() {
  return (
    <Page title="Overview" hint="What the platform costs, and whether it works.">
      <Headline />
      <CostSummary />
      <ActivityCharts />
      <TopGroups />
    </Page>
  );
}
