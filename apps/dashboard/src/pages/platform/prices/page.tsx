import type { PriceRow } from "@mobigen/analytics-contract";
import { Plus } from "lucide-react";
import { useState } from "react";
import { mayDo, useCaller } from "../../../app/session";
import { Page } from "../../../layout/page";
import { Button } from "../../../ui/button";
import { EndPriceDialog } from "./end-price-dialog";
import { NewPriceDialog } from "./new-price-dialog";
import type { PriceSeed } from "./price-facts";
import { PriceTable } from "./price-table";
import { RecostCard } from "./recost-card";
import { UnpricedModels } from "./unpriced-models";

type Asked = { kind: "none" } | { kind: "new"; seed: PriceSeed } | { kind: "end"; price: PriceRow };

/** What models cost, which have no price, and what the past would cost by the prices of today. */
export function PricesPage() {
  const mayChange = mayDo(useCaller(), "admin");
  const [asked, setAsked] = useState<Asked>({ kind: "none" });
  const close = (): void => setAsked({ kind: "none" });
  const askNew = (seed: PriceSeed): void => setAsked({ kind: "new", seed });
  return (
    <Page
      title="Prices"
      hint="US dollars a million tokens. A call is charged by the price that holds at its time."
      hasPeriod={false}
      actions={
        mayChange && (
          <Button look="primary" onClick={() => askNew({})}>
            <Plus aria-hidden="true" className="size-4" /> New price
          </Button>
        )
      }
    >
      <UnpricedModels {...(mayChange ? { onPrice: askNew } : {})} />
      {mayChange && <RecostCard />}
      <PriceTable {...(mayChange ? { onOverride: askNew, onEnd: (price) => setAsked({ kind: "end", price }) } : {})} />
      {asked.kind === "new" && <NewPriceDialog seed={asked.seed} onClose={close} />}
      {asked.kind === "end" && <EndPriceDialog price={asked.price} onClose={close} />}
    </Page>
  );
}
