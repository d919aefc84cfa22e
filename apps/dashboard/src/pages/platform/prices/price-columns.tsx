import type { PriceRow } from "@mobigen/analytics-contract";
import { write } from "../../../format/quantity";
import { Badge } from "../../../ui/badge";
import { Button } from "../../../ui/button";
import type { Column } from "../../../ui/data-table";
import { Moment } from "../../../ui/moment";
import { isOver, nameOf, type PriceActions, sourceOf } from "./price-facts";

const sourceLabels = { operator: "operator", brief: "built in", list: "public list" };

export function priceColumns({ onOverride, onEnd }: PriceActions): readonly Column<PriceRow>[] {
  if (onOverride === undefined || onEnd === undefined) return facts;
  return [
    ...facts,
    {
      id: "do",
      label: "Actions",
      actions: true,
      sortable: false,
      value: () => null,
      show: (price) => (
        <span className="flex justify-end">
          {sourceOf(price) !== "operator" && (
            <Button look="quiet" aria-label={`Override ${nameOf(price)}`} onClick={() => onOverride(price)}>
              Override
            </Button>
          )}
          {sourceOf(price) === "operator" && !isOver(price, Date.now()) && (
            <Button look="quiet" aria-label={`End ${nameOf(price)}`} onClick={() => onEnd(price)}>
              End
            </Button>
          )}
        </span>
      ),
    },
  ];
}

const facts: readonly Column<PriceRow>[] = [
  {
    id: "model",
    label: "Model",
    value: ({ model }) => model,
    show: ({ model, provider, serviceTier, longContext }) => (
      <span className="flex min-w-36 flex-col">
        <span className="font-medium break-all">{model}</span>
        <span className="flex flex-wrap items-center gap-x-2 text-xs text-muted">
          <span className="md:hidden">{provider ?? "any provider"}</span>
          {serviceTier !== "standard" && <Badge>{serviceTier}</Badge>}
          {longContext.length > 0 && (
            <Badge>dearer above {longContext[0]?.aboveInputTokens.toLocaleString("en")} tokens</Badge>
          )}
        </span>
      </span>
    ),
  },
  { id: "provider", label: "Provider", value: ({ provider }) => provider ?? "any", wide: true },
  amount("input", "Input", ({ inputPerMillion }) => inputPerMillion),
  amount("output", "Output", ({ outputPerMillion }) => outputPerMillion),
  { ...amount("read", "Cache read", ({ cacheReadPerMillion }) => cacheReadPerMillion), wide: true },
  { ...amount("write", "Cache write", ({ cacheWritePerMillion }) => cacheWritePerMillion), wide: true },
  {
    id: "from",
    label: "From",
    value: ({ validFrom }) => validFrom,
    show: ({ validFrom }) => <Bound at={validFrom} none="always" />,
    wide: true,
  },
  {
    id: "to",
    label: "Until",
    value: ({ validTo }) => validTo,
    show: ({ validTo }) => <Bound at={validTo} none="open" />,
    wide: true,
  },
  {
    id: "source",
    label: "Source",
    value: ({ source }) => source,
    show: (price) => (
      <span title={price.source}>
        <Badge look={sourceOf(price) === "operator" ? "accent" : "neutral"}>{sourceLabels[sourceOf(price)]}</Badge>
      </span>
    ),
    wide: true,
  },
];

function Bound({ at, none }: { at: string | null; none: string }) {
  return at === null ? <span className="whitespace-nowrap text-muted">{none}</span> : <Moment at={at} />;
}

/** With every digit: of a price half a cent is no trifle. */
function amount(id: string, label: string, value: (price: PriceRow) => number | null): Column<PriceRow> {
  return { id, label, kind: "money", value, show: (price) => writeAmount(value(price)) };
}

function writeAmount(value: number | null): string {
  return value === null ? "–" : write("money", value).exact;
}
