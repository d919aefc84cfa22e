import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { priceListQuery } from "../../../api/prices";
import { useParam } from "../../../app/use-window";
import { Card } from "../../../ui/card";
import { Choice } from "../../../ui/choice";
import { DataTable } from "../../../ui/data-table";
import { Loaded } from "../../../ui/loaded";
import { EmptyState, PartialNote } from "../../../ui/states";
import { priceColumns } from "./price-columns";
import { holdsAt, type PriceActions, sourceOf } from "./price-facts";

const sources = [
  { value: "all", label: "All" },
  { value: "operator", label: "Operator" },
  { value: "brief", label: "Built in" },
  { value: "list", label: "Public list" },
] as const;

const times = [
  { value: "now", label: "Holding now" },
  { value: "ever", label: "Ended and to come, too" },
] as const;

/** Every price with from when until when it holds, and whose word it is. */
export function PriceTable(actions: PriceActions) {
  const prices = useQuery(priceListQuery);
  const [source, setSource] = useParam("source", "all");
  const [time, setTime] = useParam("holding", "now");
  const rows = useMemo(() => {
    const now = Date.now();
    return (prices.data?.items ?? []).filter(
      (price) => (source === "all" || sourceOf(price) === source) && (time === "ever" || holdsAt(price, now)),
    );
  }, [prices.data, source, time]);
  return (
    <Card
      title="Price list"
      hint="An operator’s price wins over those that are built in, and these over the public list."
      flush
    >
      <Loaded query={prices}>
        {({ isCut }) => (
          <>
            {isCut && (
              <div className="px-4 pb-3">
                <PartialNote>Only the latest five thousand prices are shown and searched.</PartialNote>
              </div>
            )}
            <DataTable
              name="Prices"
              rows={rows}
              keyOf={({ id }) => String(id)}
              searchable
              tools={
                <>
                  <Choice label="Whose word" options={sources} value={known(sources, source)} onChange={setSource} />
                  <Choice label="Which time" options={times} value={known(times, time)} onChange={setTime} />
                </>
              }
              columns={priceColumns(actions)}
              {...(rows.length === 0 ? { footer: <NoPrices source={source} /> } : {})}
            />
          </>
        )}
      </Loaded>
    </Card>
  );
}

function NoPrices({ source }: { source: string }) {
  if (source !== "operator") return <EmptyState title="There are no such prices" />;
  return <EmptyState title="No operator has set a price">One that you set wins over every other.</EmptyState>;
}

function known<Value extends string>(options: readonly { value: Value }[], text: string): Value {
  const found = options.find(({ value }) => value === text) ?? options[0];
  if (found === undefined) throw new Error("a choice has options");
  return found.value;
}
