import type { Erasure } from "@mobigen/analytics-contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { actorTimelineQuery, eraseActor } from "../../../api/actors";
import { useProjectId } from "../../../app/use-project-id";
import { usePageWindow } from "../../../app/use-window";
import { ConfirmDialog } from "../../../ui/confirm-dialog";

export type EraseDialogProps = { actorId: string; onErased: (receipt: Erasure) => void; onClose: () => void };

/** Asks twice: nothing brings a person's events back. */
export function EraseDialog({ actorId, onErased, onClose }: EraseDialogProps) {
  const projectId = useProjectId();
  const { tz } = usePageWindow();
  const client = useQueryClient();
  const erasing = useMutation({
    mutationFn: () => eraseActor(projectId, actorId),
    onSuccess: async (receipt) => {
      onErased(receipt);
      client.removeQueries({ queryKey: actorTimelineQuery(projectId, actorId, tz).queryKey });
      // Every number of the project may have changed.
      await client.invalidateQueries({ queryKey: ["project", projectId] });
    },
  });
  return (
    <ConfirmDialog
      title="Delete this person?"
      action="Delete for good"
      typed={actorId}
      isPending={erasing.isPending}
      error={erasing.error}
      onConfirm={() => erasing.mutate()}
      onClose={onClose}
    >
      All their events and sessions go, and every number of the project is as if they had never been there. Nothing
      brings them back. A receipt stays, which does not say who it was.
    </ConfirmDialog>
  );
}
