import type { Budget, CostBreakdown } from "@mobigen/analytics-contract";
import { useQuery } from "@tanstack/react-query";
import { budgetsQuery } from "../../../api/budgets";
import { platformCostQuery } from "../../../api/costs";
import { usePageWindow } from "../../../app/use-window";
import { write } from "../../../format/quantity";
import { Card } from "../../../ui/card";
import { Loaded } from "../../../ui/loaded";
import { Meter } from "../../../ui/meter";
import { Quantity } from "../../../ui/quantity";

const methods = {
  "weekday-mean": "From the weekdays of the last four weeks.",
  "run-rate": "From the pace of this month: there are too few days for more.",
  none: "Nothing was spent yet.",
};

/** What this calendar month has come to, and is likely to come to, against the platform's budget. */
export function MonthAhead() {
  const { tz } = usePageWindow();
  const month = useQuery(platformCostQuery({ period: "month", tz }));
  const budgets = useQuery(budgetsQuery);
  const budget = budgets.data?.items.find(({ scope, period }) => scope === "platform" && period === "month");
  return (
    <Card title="This month" hint="Whatever period is chosen">
      <Loaded query={month}>{(data) => <Outlook month={data} budget={budget} />}</Loaded>
    </Card>
  );
}

function Outlook({ month, budget }: { month: CostBreakdown; budget: Budget | undefined }) {
  const { low, high, method } = month.projection;
  return (
    <div className="flex flex-col gap-4">
      <dl className="grid grid-cols-2 gap-3">
        <div>
          <dt className="text-xs text-muted">So far</dt>
          <dd className="text-xl font-semibold tracking-tight">
            <Quantity kind="money" value={month.totalCost} />
          </dd>
        </div>
        <div>
          <dt className="text-xs text-muted">Projected</dt>
          <dd className="text-xl font-semibold tracking-tight">
            <Quantity kind="money" value={month.projectedMonthly} />
          </dd>
        </div>
      </dl>
      {budget !== undefined && (
        <Meter
          label="Of the platform’s budget"
          value={month.totalCost}
          projected={month.projectedMonthly}
          limit={budget.limit}
          kind="money"
        />
      )}
      <p className="text-xs text-muted">
        {methods[method]}
        {low !== null && high !== null && (
          <>
            {" "}
            In four months of five it ends between {write("money", low).short} and {write("money", high).short}.
          </>
        )}
        {budget === undefined && " There is no monthly budget for the platform."}
      </p>
    </div>
  );
}
