import type { Budget } from "@mobigen/analytics-contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { deleteBudget } from "../../../api/budgets";
import { ConfirmDialog } from "../../../ui/confirm-dialog";
import { titleOf } from "./budget-facts";

export function DeleteDialog({ budget, onClose }: { budget: Budget; onClose: () => void }) {
  const client = useQueryClient();
  const deletion = useMutation({
    mutationFn: () => deleteBudget(budget.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["budgets"] });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Delete ${titleOf(budget)}?`}
      action="Delete"
      isPending={deletion.isPending}
      error={deletion.error}
      onConfirm={() => deletion.mutate()}
      onClose={onClose}
    >
      Its alerts and reservations go with it, and nobody is told or denied by it any more. What was spent is in the
      costs as before.
    </ConfirmDialog>
  );
}
