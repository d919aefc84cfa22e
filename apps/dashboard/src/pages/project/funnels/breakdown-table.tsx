import type { FunnelResult } from "@mobigen/analytics-contract";
import { writeCountry } from "../../../format/country";
import { Card } from "../../../ui/card";
import { type Column, DataTable } from "../../../ui/data-table";
import { Quantity } from "../../../ui/quantity";

type Breakdown = NonNullable<FunnelResult["breakdown"]>;
type Row = Breakdown["items"][number];

const nouns = { platform: "Platform", version: "Version", country: "Country" };

/** The same funnel for each platform, version or country of the first step. */
export function BreakdownTable({ result, breakdown }: { result: FunnelResult; breakdown: Breakdown }) {
  const { by, items, otherValues } = breakdown;
  return (
    <Card flush className="pt-3">
      <DataTable
        name={`By ${by}`}
        prefix="by-"
        tools={<h2 className="text-sm font-semibold">By {by}</h2>}
        rows={items}
        keyOf={({ value }) => value ?? ""}
        columns={columnsOf(result, by)}
        footer={
          otherValues > 0 && (
            <p className="border-t border-line px-4 py-2.5 text-xs text-muted">
              {otherValues} more, smaller ones are not shown.
            </p>
          )
        }
      />
    </Card>
  );
}

function columnsOf({ steps }: FunnelResult, by: Breakdown["by"]): readonly Column<Row>[] {
  return [
    {
      id: "value",
      label: nouns[by],
      value: ({ value }) => value,
      show: ({ value }) =>
        value === null ? (
          <span className="text-muted">not said</span>
        ) : (
          <b className="font-medium">{by === "country" ? writeCountry(value) : value}</b>
        ),
    },
    {
      id: "conversion",
      label: "Conversion",
      kind: "percent",
      value: (row) => row.steps.at(-1)?.conversion,
    },
    ...steps.map(
      ({ type, name }, place): Column<Row> => ({
        id: `step${place + 1}`,
        label: `${place + 1} ${name ?? type}`,
        kind: "count",
        wide: place > 0 && place < steps.length - 1,
        value: (row) => row.steps[place]?.count,
        show: (row) => (
          <span className="inline-flex items-baseline gap-1.5">
            <Quantity kind="count" value={row.steps[place]?.count} />
            {place > 0 && (
              <span className="text-xs text-muted">
                <Quantity kind="percent" value={row.steps[place]?.conversion} />
              </span>
            )}
          </span>
        ),
      }),
    ),
  ];
}
