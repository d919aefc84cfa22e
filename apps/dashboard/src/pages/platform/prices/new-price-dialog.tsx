import type { PriceRow } from "@mobigen/analytics-contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { createPrice } from "../../../api/prices";
import { faultsOf } from "../../../api/problem";
import { usePageWindow, useSetParams } from "../../../app/use-window";
import { Button } from "../../../ui/button";
import { Dialog, DialogActions } from "../../../ui/dialog";
import { FailureNote } from "../../../ui/failure-note";
import { PartialNote } from "../../../ui/states";
import { bodyOf, draftOf, units } from "./price-draft";
import type { PriceSeed } from "./price-facts";
import { PriceFields } from "./price-fields";

const marked = ["model", "provider", "serviceTier", "validFrom", "validTo", ...units.map(({ name }) => name)];

/** Sets an operator's price: a new one, or one that wins over `seed`. */
export function NewPriceDialog({ seed, onClose }: { seed: PriceSeed; onClose: () => void }) {
  const { tz } = usePageWindow();
  const client = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(seed));
  const making = useMutation({
    mutationFn: () => createPrice(bodyOf(draft, tz)),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["prices"] }),
        // Calls that had none get it at once.
        client.invalidateQueries({ queryKey: ["costs"] }),
      ]),
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    making.mutate();
  }

  if (making.data !== undefined) return <PriceIsSet price={making.data} onClose={onClose} />;
  return (
    <Dialog title={seed.model === undefined ? "New price" : `Price of ${seed.model}`} onClose={onClose}>
      <form className="flex flex-col gap-4" onSubmit={submit}>
        {seed.longContext !== undefined && seed.longContext.length > 0 && (
          <PartialNote>
            The price that holds is dearer for long contexts. This form sets one price for all lengths; steps can be set
            by POST /prices.
          </PartialNote>
        )}
        <PriceFields
          draft={draft}
          faults={faultsOf(making.error)}
          tz={tz}
          onChange={(part) => setDraft({ ...draft, ...part })}
        />
        <FailureNote error={making.error} fields={marked} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={making.isPending}>
            {making.isPending ? "One moment…" : "Set the price"}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function PriceIsSet({ price, onClose }: { price: PriceRow; onClose: () => void }) {
  const setParams = useSetParams();

  function lookBack(): void {
    setParams({ "recost-model": price.model, "recost-from": undefined, "recost-to": undefined });
    onClose();
    document.getElementById("recost")?.scrollIntoView({ block: "start" });
  }

  return (
    <Dialog title="The price is set" onClose={onClose}>
      <p className="text-muted">
        <span className="font-medium break-all text-text">{price.model}</span> is charged by it in the time in which it
        holds. Calls of that time that had no price get it now; those that have one keep it until a recost.
      </p>
      <DialogActions>
        <Button onClick={lookBack}>Recost calls of the past…</Button>
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      </DialogActions>
    </Dialog>
  );
}
