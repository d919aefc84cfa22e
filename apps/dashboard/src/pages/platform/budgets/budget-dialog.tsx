import type { Budget, ChangedBudget } from "@mobigen/analytics-contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { changeBudget, createBudget } from "../../../api/budgets";
import { faultsOf } from "../../../api/problem";
import { usePageWindow } from "../../../app/use-window";
import { Button } from "../../../ui/button";
import { Dialog, DialogActions } from "../../../ui/dialog";
import { FailureNote } from "../../../ui/failure-note";
import { NewSecret } from "../../../ui/new-secret";
import { bodyOf, draftOf, settingsOf } from "./budget-draft";
import { titleOf } from "./budget-facts";
import { BudgetScopeFields, BudgetSettingFields } from "./budget-fields";

const marked = ["name", "scope", "scopeId", "period", "timezone", "limit", "mode", "thresholds", "channels"];

/** Makes a budget, or changes the one that is given. */
export function BudgetDialog({ budget, onClose }: { budget?: Budget; onClose: () => void }) {
  const { tz } = usePageWindow();
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(budget, tz));
  const saving = useMutation({
    mutationFn: () => (budget === undefined ? createBudget(bodyOf(draft)) : changeBudget(budget.id, settingsOf(draft))),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ["budgets"] });
      if (saved.webhookSecrets.length === 0) onClose();
    },
  });
  const fields = {
    draft,
    faults: faultsOf(saving.error),
    onChange: (part: Partial<typeof draft>) => setDraft({ ...draft, ...part }),
  };

  function submit(event: FormEvent): void {
    event.preventDefault();
    saving.mutate();
  }

  if (saving.data !== undefined && saving.data.webhookSecrets.length > 0) {
    return <WebhookSecrets saved={saving.data} onClose={onClose} />;
  }
  return (
    <Dialog title={budget === undefined ? "New budget" : `Edit ${titleOf(budget)}`} onClose={onClose}>
      <form className="flex flex-col gap-4" onSubmit={submit}>
        {budget === undefined && <BudgetScopeFields {...fields} />}
        <BudgetSettingFields {...fields} />
        <FailureNote error={saving.error} fields={marked} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={saving.isPending}>
            {saving.isPending ? "One moment…" : budget === undefined ? "Make the budget" : "Save"}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function WebhookSecrets({ saved, onClose }: { saved: ChangedBudget; onClose: () => void }) {
  return (
    <Dialog title="What the webhooks are signed with" onClose={onClose}>
      {saved.webhookSecrets.map(({ url, secret }) => (
        <div key={url} className="flex flex-col gap-1">
          <p className="text-xs break-all text-muted">{url}</p>
          <NewSecret label={`Secret of ${url}`} secret={secret} />
        </div>
      ))}
      <DialogActions>
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      </DialogActions>
    </Dialog>
  );
}
