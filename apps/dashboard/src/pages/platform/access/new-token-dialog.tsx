import type { TokenScope } from "@mobigen/analytics-contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { faultsOf } from "../../../api/problem";
import { createToken } from "../../../api/tokens";
import { Button } from "../../../ui/button";
import { Dialog, DialogActions } from "../../../ui/dialog";
import { FailureNote } from "../../../ui/failure-note";
import { TextField } from "../../../ui/field";
import { NewSecret } from "../../../ui/new-secret";

const rights: readonly { scope: TokenScope; label: string }[] = [
  { scope: "platform:read", label: "Read usage, costs and metrics, and these pages" },
  { scope: "platform:write", label: "Record events and usage" },
  { scope: "admin", label: "Everything: prices, budgets, keys, tokens" },
];

/** Makes a token and shows it, once. */
export function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly TokenScope[]>(["platform:read"]);
  const making = useMutation({
    mutationFn: () => createToken({ name: name.trim(), scopes: [...scopes] }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  if (making.data !== undefined) {
    return (
      <Dialog title="The new token" onClose={onClose}>
        <NewSecret label="Token" secret={making.data.token} />
        <DialogActions>
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </DialogActions>
      </Dialog>
    );
  }
  return (
    <Dialog title="New token" onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          making.mutate();
        }}
      >
        <TextField
          label="Name"
          hint="Which program or person it is for"
          required
          maxLength={200}
          value={name}
          error={faultsOf(making.error)["name"]}
          onChange={(event) => setName(event.target.value)}
        />
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-xs font-medium">What it may do</legend>
          {rights.map(({ scope, label }) => (
            <label key={scope} className="flex items-start gap-2">
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={(event) =>
                  setScopes(event.target.checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))
                }
                className="mt-0.5 size-4 accent-accent"
              />
              <span>
                {label} <code className="text-xs text-muted">{scope}</code>
              </span>
            </label>
          ))}
        </fieldset>
        <FailureNote error={making.error} fields={["name"]} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={making.isPending || scopes.length === 0}>
            {making.isPending ? "One moment…" : "Make the token"}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
