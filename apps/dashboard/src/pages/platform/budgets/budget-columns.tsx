import type { Budget } from "@mobigen/analytics-contract";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import type { Column } from "../../../ui/data-table";
import { Meter } from "../../../ui/meter";
import { Moment } from "../../../ui/moment";
import { type BudgetAction, titleOf, whoseOf } from "./budget-facts";

export function budgetColumns(
  mayChange: boolean,
  ask: (action: BudgetAction, budget: Budget) => void,
): readonly Column<Budget>[] {
  return [
    {
      id: "name",
      label: "Budget",
      value: titleOf,
      show: (budget) => (
        <div className="flex min-w-32 flex-col gap-0.5">
          <span className="font-medium break-words">{titleOf(budget)}</span>
          <span className="flex flex-wrap items-center gap-x-2 text-xs text-muted">
            <span>
              {budget.name === null ? "" : `${whoseOf(budget)}, `}a {budget.period}
            </span>
            {budget.mode === "hard" && <Badge look="accent">hard</Badge>}
          </span>
          <div className="mt-1 md:hidden">
            <Use budget={budget} />
          </div>
        </div>
      ),
    },
    {
      id: "used",
      label: "Used",
      value: ({ spent, reserved, limit }) => (100 * (spent + reserved)) / limit,
      show: (budget) => (
        <div className="min-w-40">
          <Use budget={budget} />
        </div>
      ),
      wide: true,
    },
    { id: "spent", label: "Spent", kind: "money", value: ({ spent }) => spent, wide: true },
    { id: "remaining", label: "Left", kind: "money", value: ({ remaining }) => remaining, wide: true },
    {
      id: "resets",
      label: "Begins anew",
      value: ({ resetsAt }) => resetsAt,
      show: ({ resetsAt }) => <Moment at={resetsAt} ago />,
      wide: true,
    },
    {
      id: "do",
      label: "Actions",
      actions: true,
      sortable: false,
      value: () => null,
      show: (budget) => (
        <span className="flex justify-end gap-x-1 max-md:flex-col">
          <Action label="Alerts" budget={budget} onClick={() => ask("alerts", budget)} />
          {mayChange && (
            <>
              <Action label="Edit" budget={budget} onClick={() => ask("edit", budget)} />
              <Action label="Delete" budget={budget} onClick={() => ask("delete", budget)} />
            </>
          )}
        </span>
      ),
    },
  ];
}

function Use({ budget: { spent, reserved, limit } }: { budget: Budget }) {
  return (
    <Meter
      label={reserved > 0 ? "spent and held" : "spent"}
      kind="money"
      value={spent}
      projected={spent + reserved}
      limit={limit}
    />
  );
}

type ActionProps = { label: string; budget: Budget; onClick: () => void };

function Action({ label, budget, onClick }: ActionProps) {
  return (
    <Button look="quiet" aria-label={`${label}: ${titleOf(budget)}`} onClick={onClick}>
      {label}
    </Button>
  );
}
