import type { Budget } from "@mobigen/analytics-contract";
import { Plus } from "lucide-react";
import { useState } from "react";
import { budgetPages } from "../../../api/budgets";
import { mayDo, useCaller } from "../../../app/session";
import { usePages } from "../../../app/use-pages";
import { Page } from "../../../layout/page";
import { Button } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { DataTable } from "../../../ui/data-table";
import { Loaded } from "../../../ui/loaded";
import { MoreButton } from "../../../ui/more-button";
import { EmptyState } from "../../../ui/states";
import { AlertsDialog } from "./alerts-dialog";
import { budgetColumns } from "./budget-columns";
import { BudgetDialog } from "./budget-dialog";
import type { BudgetAction } from "./budget-facts";
import { DeleteDialog } from "./delete-dialog";

type Asked = { kind: "none" } | { kind: "new" } | { kind: BudgetAction; budget: Budget };

/** What calls may cost in a day, week or month, and how much of it is spent. */
export function BudgetsPage() {
  const mayChange = mayDo(useCaller(), "admin");
  const budgets = usePages(budgetPages);
  const [asked, setAsked] = useState<Asked>({ kind: "none" });
  const close = (): void => setAsked({ kind: "none" });
  return (
    <Page
      title="Budgets"
      hint="What calls may cost in a day, a week or a month."
      hasPeriod={false}
      actions={
        mayChange && (
          <Button look="primary" onClick={() => setAsked({ kind: "new" })}>
            <Plus aria-hidden="true" className="size-4" /> New budget
          </Button>
        )
      }
    >
      <Card flush className="pt-3">
        <Loaded query={budgets} empty={{ when: ({ items }) => items.length === 0, show: <NoBudgets /> }}>
          {({ items }) => (
            <DataTable
              name="Budgets"
              rows={items}
              keyOf={({ id }) => id}
              sort="-used"
              searchable
              columns={budgetColumns(mayChange, (kind, budget) => setAsked({ kind, budget }))}
              footer={<MoreButton pages={budgets} />}
            />
          )}
        </Loaded>
      </Card>
      {asked.kind === "new" && <BudgetDialog onClose={close} />}
      {asked.kind === "edit" && <BudgetDialog budget={asked.budget} onClose={close} />}
      {asked.kind === "delete" && <DeleteDialog budget={asked.budget} onClose={close} />}
      {asked.kind === "alerts" && <AlertsDialog budget={asked.budget} onClose={close} />}
    </Page>
  );
}

function NoBudgets() {
  return (
    <EmptyState title="There are no budgets yet">
      One for the platform tells before the month gets dear; one for a user or project keeps them within a limit.
    </EmptyState>
  );
}
