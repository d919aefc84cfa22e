import { costGroupsQuery } from "../../../api/costs";
import { useCompared } from "../../../app/use-compared";
import { Page } from "../../../layout/page";
import { Card } from "../../../ui/card";
import { Loaded } from "../../../ui/loaded";
import { EmptyState } from "../../../ui/states";
import { groupingOf } from "../groups/groupings";
import { tokens } from "../groups/measures";
import { StackedByDay } from "../groups/stacked-by-day";
import { Conflicts } from "./conflicts";
import { DayCharts } from "./day-charts";
import { ModelTable } from "./model-table";
import { ReceiptLookup } from "./receipt-lookup";
import { UsageTotals } from "./usage-totals";

/** What LLM calls took: tokens, calls and failures, by model and day; and what one call was charged. */
export function UsagePage() {
  const { now, before } = useCompared((window) => costGroupsQuery("model", window));
  return (
    <Page title="Usage" hint="LLM calls and their tokens, whatever they cost.">
      <UsageTotals now={now.data} before={before.data} />
      {now.data === undefined || now.data.requests === 0 ? (
        <Card title="Tokens by day">
          <Loaded query={now} empty={{ when: ({ requests }) => requests === 0, show: <NoCalls /> }}>
            {() => null}
          </Loaded>
        </Card>
      ) : (
        <>
          <DayCharts />
          <StackedByDay groups={now.data} grouping={groupingOf("model")} filter={{}} measure={tokens} />
          <Card flush className="pt-3">
            <Loaded query={now}>{(data) => <ModelTable groups={data} />}</Loaded>
          </Card>
        </>
      )}
      <ReceiptLookup />
      <Conflicts />
    </Page>
  );
}

function NoCalls() {
  return (
    <EmptyState title="No calls in this time">
      Each LLM call that the platform reports to <code>POST /usage/api</code> is counted here.
    </EmptyState>
  );
}
