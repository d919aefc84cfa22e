import type { Budget } from "@mobigen/analytics-contract";
import { useQuery } from "@tanstack/react-query";
import { budgetQuery } from "../../../api/budgets";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import { Dialog, DialogActions } from "../../../ui/dialog";
import { Loaded } from "../../../ui/loaded";
import { Moment } from "../../../ui/moment";
import { Quantity } from "../../../ui/quantity";
import { SkeletonLines } from "../../../ui/skeleton";
import { titleOf } from "./budget-facts";

/** Which thresholds were passed, latest first, and who is told of the next. */
export function AlertsDialog({ budget, onClose }: { budget: Budget; onClose: () => void }) {
  const detail = useQuery(budgetQuery(budget.id));
  return (
    <Dialog title={`Alerts of ${titleOf(budget)}`} onClose={onClose}>
      <p className="text-muted">
        Told at {budget.thresholds.map((percent) => `${percent}%`).join(", ")} of the limit
        {budget.thresholds.length === 0 && "no percentage"}: {budget.channels.map(nameOfChannel).join(", ") || "nobody"}
        .
      </p>
      <Loaded
        query={detail}
        skeleton={<SkeletonLines lines={3} />}
        empty={{ when: ({ alerts }) => alerts.length === 0, show: <p>No threshold was passed yet.</p> }}
      >
        {({ alerts }) => (
          <ol className="flex max-h-80 flex-col divide-y divide-line overflow-y-auto rounded-md border border-line">
            {alerts.map(({ threshold, spent, limit, at }) => (
              <li key={`${at} ${threshold}`} className="flex items-center justify-between gap-3 px-3 py-2">
                <Badge look={threshold >= 100 ? "bad" : "warn"}>{threshold}%</Badge>
                <span className="grow">
                  <Quantity kind="money" value={spent} /> of <Quantity kind="money" value={limit} />
                </span>
                <span className="text-xs text-muted">
                  <Moment at={at} />
                </span>
              </li>
            ))}
          </ol>
        )}
      </Loaded>
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}

function nameOfChannel(channel: Budget["channels"][number]): string {
  if (channel.type === "log") return "the service’s log";
  return channel.type === "email" ? channel.to : channel.url;
}
