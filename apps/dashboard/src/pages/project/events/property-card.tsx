import type { EventProperties } from "@mobigen/analytics-contract";
import { ListFilter } from "lucide-react";
import { useSetParams } from "../../../app/use-window";
import { write } from "../../../format/quantity";
import { BarList } from "../../../ui/bar-list";
import { Card } from "../../../ui/card";
import { Quantity } from "../../../ui/quantity";

type Property = EventProperties["properties"][number];

const outstandingPercent = 1;

/** One property: how often it is there, of which type, and what it is most. */
export function PropertyCard({ property }: { property: Property }) {
  const { key, share, types, distinctValues, topValues, otherEvents, numbers } = property;
  // Prices and ids: a list of the ten that came twice tells nothing.
  const hasOutstanding = topValues.some((one) => one.share >= outstandingPercent);
  return (
    <Card
      title={key}
      hint={[
        Object.keys(types).join(" or "),
        `in ${write("percent", share).short} of the events`,
        `${write("count", distinctValues).short} ${distinctValues === 1 ? "value" : "different values"}`,
      ].join(" · ")}
    >
      {numbers !== null && <Numbers numbers={numbers} />}
      {hasOutstanding && (
        <BarList
          kind="count"
          items={topValues.map(({ value, events, share: part }) => ({
            key: JSON.stringify(value),
            label: <ValueButton property={key} value={value} />,
            value: events,
            share: part,
          }))}
        />
      )}
      {hasOutstanding && otherEvents > 0 && (
        <p className="px-2 pt-2 text-xs text-muted">{write("count", otherEvents).short} events with other values</p>
      )}
      {!hasOutstanding && topValues.length > 0 && (
        <p className="px-2 text-xs text-muted">No value is in as many as {outstandingPercent}% of the events.</p>
      )}
    </Card>
  );
}

function Numbers({ numbers: { min, average, max, sum } }: { numbers: NonNullable<Property["numbers"]> }) {
  const shown = { Least: min, Average: average, Most: max, Sum: sum };
  return (
    <dl className="mb-2 grid grid-cols-4 gap-2 px-2">
      {Object.entries(shown).map(([label, value]) => (
        <div key={label} className="min-w-0">
          <dt className="text-xs text-muted">{label}</dt>
          <dd className="truncate font-medium">
            <Quantity kind="count" value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Narrows the page to the events with that value. */
function ValueButton({ property, value }: { property: string; value: Property["topValues"][number]["value"] }) {
  const setParams = useSetParams();
  const text = value === "" ? "(empty)" : String(value);
  // A key with a colon can't be asked for.
  if (property.includes(":")) return <span title={text}>{text}</span>;
  return (
    <button
      type="button"
      title={`Only events with ${property} ${text}`}
      onClick={() => setParams({ property: `${property}:${value}` })}
      className="group flex min-w-0 items-center gap-1.5 rounded hover:text-accent"
    >
      <span className="truncate">{text}</span>
      <ListFilter
        aria-hidden="true"
        className="size-3 shrink-0 opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100"
      />
    </button>
  );
}
