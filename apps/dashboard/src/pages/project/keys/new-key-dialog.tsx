import type { Key, KeyScope } from "@mobigen/analytics-contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createKey } from "../../../api/keys";
import { useProjectId } from "../../../app/use-project-id";
import { Button } from "../../../ui/button";
import { Dialog, DialogActions } from "../../../ui/dialog";
import { FailureNote } from "../../../ui/failure-note";
import { SelectField, TextField } from "../../../ui/field";
import { NewSecret } from "../../../ui/new-secret";

const rights: readonly { value: string; label: string; scopes: KeyScope[] }[] = [
  { value: "ingest", label: "Send events (for the app)", scopes: ["ingest"] },
  { value: "read", label: "Read these pages (for the owner)", scopes: ["read"] },
  { value: "both", label: "Both", scopes: ["ingest", "read"] },
];

/** Makes a key and shows it, once. `replaces` is the one that it is to take over from. */
export function NewKeyDialog({ replaces, onClose }: { replaces?: Key; onClose: () => void }) {
  const projectId = useProjectId();
  const client = useQueryClient();
  const [name, setName] = useState(replaces?.name ?? "");
  const [right, setRight] = useState("ingest");
  const scopes = replaces?.scopes ?? rights.find(({ value }) => value === right)?.scopes ?? ["ingest"];
  const making = useMutation({
    mutationFn: () => createKey(projectId, { ...(name.trim() === "" ? {} : { name: name.trim() }), scopes }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["project", projectId, "keys"] }),
  });
  const title = replaces === undefined ? "New key" : `Rotate ${replaces.prefix}…`;
  if (making.data !== undefined) {
    return (
      <Dialog title="The new key" onClose={onClose}>
        <NewSecret label="Key" secret={making.data.key} />
        {replaces !== undefined && (
          <p className="text-muted">The old one goes on working. Revoke it once the app uses the new one.</p>
        )}
        <DialogActions>
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </DialogActions>
      </Dialog>
    );
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          making.mutate();
        }}
      >
        {replaces !== undefined && (
          <p className="text-muted">Makes a second key with the same rights ({replaces.scopes.join(", ")}).</p>
        )}
        <TextField label="Name" value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />
        {replaces === undefined && (
          <SelectField
            label="What it is for"
            value={right}
            options={rights}
            onChange={(event) => setRight(event.target.value)}
          />
        )}
        <FailureNote error={making.error} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={making.isPending}>
            {making.isPending ? "One moment…" : "Make the key"}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
