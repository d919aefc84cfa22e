import type { UnpricedModel } from "@mobigen/analytics-contract";
import { unpricedQuery } from "../../../api/prices";
import { usePages } from "../../../app/use-pages";
import { Button } from "../../../ui/button";
import { Card } from "../../../ui/card";
import { type Column, DataTable } from "../../../ui/data-table";
import { Loaded } from "../../../ui/loaded";
import { Moment } from "../../../ui/moment";
import { MoreButton } from "../../../ui/more-button";
import { SkeletonLines } from "../../../ui/skeleton";
import { TableTitle } from "../../../ui/table-title";
import type { PriceSeed } from "./price-facts";

/** Models that calls named and that cost nothing so far, for nobody said what they cost. */
export function UnpricedModels({ onPrice }: { onPrice?: (seed: PriceSeed) => void }) {
  const models = usePages(unpricedQuery);
  return (
    <Card flush className="pt-3">
      <Loaded
        query={models}
        skeleton={
          <div className="px-4 pb-4">
            <SkeletonLines lines={2} />
          </div>
        }
        empty={{
          when: ({ items }) => items.length === 0,
          show: <p className="px-4 pb-3.5 text-muted">Every model that was called has a price.</p>,
        }}
      >
        {({ items }) => (
          <DataTable
            name="Unpriced models"
            tools={
              <TableTitle hint="Their calls are in no cost. Once a model has a price, its calls of the past get it, too.">
                Models without a price
              </TableTitle>
            }
            prefix="unpriced-"
            rows={items}
            keyOf={({ model }) => model}
            sort="-requests"
            columns={columns(onPrice)}
            footer={<MoreButton pages={models} />}
          />
        )}
      </Loaded>
    </Card>
  );
}

function columns(onPrice: ((seed: PriceSeed) => void) | undefined): readonly Column<UnpricedModel>[] {
  const facts: readonly Column<UnpricedModel>[] = [
    {
      id: "model",
      label: "Model",
      value: ({ model }) => model,
      show: ({ model }) => <span className="font-medium break-all">{model}</span>,
    },
    { id: "providers", label: "Provider", value: ({ providers }) => providers.join(", "), wide: true },
    { id: "requests", label: "Calls", kind: "count", value: ({ requests }) => requests },
    { id: "input", label: "Input tokens", kind: "tokens", value: ({ inputTokens }) => inputTokens, wide: true },
    { id: "output", label: "Output tokens", kind: "tokens", value: ({ outputTokens }) => outputTokens, wide: true },
    {
      id: "last",
      label: "Last call",
      value: ({ lastSeen }) => lastSeen,
      show: ({ lastSeen }) => <Moment at={lastSeen} ago />,
      wide: true,
    },
  ];
  if (onPrice === undefined) return facts;
  return [
    ...facts,
    {
      id: "do",
      label: "Actions",
      actions: true,
      sortable: false,
      value: () => null,
      show: ({ model, providers }) => (
        <span className="flex justify-end">
          <Button
            aria-label={`Set price for ${model}`}
            onClick={() => onPrice({ model, provider: providers.length === 1 ? (providers[0] ?? null) : null })}
          >
            Set price
          </Button>
        </span>
      ),
    },
  ];
}
