import type { Key } from "@mobigen/analytics-contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { revokeKey } from "../../../api/keys";
import { useProjectId } from "../../../app/use-project-id";
import { ConfirmDialog } from "../../../ui/confirm-dialog";

export function RevokeDialog({ apiKey, onClose }: { apiKey: Key; onClose: () => void }) {
  const projectId = useProjectId();
  const client = useQueryClient();
  const revocation = useMutation({
    mutationFn: () => revokeKey(projectId, apiKey.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["project", projectId, "keys"] });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={`Revoke ${apiKey.name === "" ? apiKey.prefix : apiKey.name}?`}
      action="Revoke"
      isPending={revocation.isPending}
      error={revocation.error}
      onConfirm={() => revocation.mutate()}
      onClose={onClose}
    >
      Whoever uses this key ({apiKey.prefix}…) is refused from then on. A revoked key can’t be brought back.
    </ConfirmDialog>
  );
}
