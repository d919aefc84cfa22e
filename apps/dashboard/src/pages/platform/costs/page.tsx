import { costGroupsQuery } from "../../../api/costs";
import { useCompared } from "../../../app/use-compared";
import { useParam } from "../../../app/use-window";
import { Page } from "../../../layout/page";
import { Card } from "../../../ui/card";
import { Choice } from "../../../ui/choice";
import { Loaded } from "../../../ui/loaded";
import { EmptyState } from "../../../ui/states";
import { groupingOf, groupings } from "../groups/groupings";
import { cost } from "../groups/measures";
import { StackedByDay } from "../groups/stacked-by-day";
import { CostFilters } from "./cost-filters";
import { CostTotals } from "./cost-totals";
import { GroupTable } from "./group-table";
import { useCostFilter } from "./use-cost-filter";

/** Where the money goes: by whom and what, day by day, against the period before. */
export function CostsPage() {
  const filter = useCostFilter();
  const [by, setBy] = useParam("by", "model");
  const grouping = groupingOf(by);
  const { now, before } = useCompared((window) => costGroupsQuery(grouping.value, window, filter));
  return (
    <Page title="Costs" hint="Where the money goes. A name narrows everything to it.">
      <div className="flex flex-wrap items-center gap-3">
        <Choice label="Divided by" options={groupings} value={grouping.value} onChange={setBy} />
        <CostFilters filter={filter} />
      </div>
      <CostTotals now={now.data} before={before.data} filter={filter} />
      {now.data === undefined || now.data.requests === 0 ? (
        <Card title="Cost">
          <Loaded
            query={now}
            empty={{
              when: ({ requests }) => requests === 0,
              show: (
                <EmptyState title="No calls in this time">Another period, or fewer filters, may have some.</EmptyState>
              ),
            }}
          >
            {() => null}
          </Loaded>
        </Card>
      ) : (
        <>
          <StackedByDay key={grouping.value} groups={now.data} grouping={grouping} filter={filter} measure={cost} />
          <Card flush className="pt-3">
            <Loaded query={now}>
              {(data) => <GroupTable now={data} before={before.data} grouping={grouping} filter={filter} />}
            </Loaded>
          </Card>
        </>
      )}
    </Page>
  );
}
