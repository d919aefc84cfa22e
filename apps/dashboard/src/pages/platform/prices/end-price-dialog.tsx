import type { PriceRow } from "@mobigen/analytics-contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { endPrice } from "../../../api/prices";
import { ConfirmDialog } from "../../../ui/confirm-dialog";
import { nameOf } from "./price-facts";

export function EndPriceDialog({ price, onClose }: { price: PriceRow; onClose: () => void }) {
  const client = useQueryClient();
  const ending = useMutation({
    mutationFn: () => endPrice(price.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["prices"] });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title="End this price?"
      action="End the price"
      isPending={ending.isPending}
      error={ending.error}
      onConfirm={() => ending.mutate()}
      onClose={onClose}
    >
      {nameOf(price)}: from now on, the next price in line holds, if there is one. One that has not begun will never
      hold. Calls that were charged by it keep their cost.
    </ConfirmDialog>
  );
}
