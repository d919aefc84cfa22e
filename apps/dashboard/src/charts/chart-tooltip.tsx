import type { Granularity } from "@mobigen/analytics-contract";
import { usePageWindow } from "../app/use-window";
import { type Kind, write } from "../format/quantity";
import { writeBucket } from "../format/time";
import { colorOf, type Point, type Series } from "./series";

export type ChartTooltipProps = {
  point: Point;
  series: readonly Series[];
  kind: Kind;
  granularity: Granularity;
  total: boolean;
};

/** What stands at one place of a chart, in exact numbers. */
export function ChartTooltip({ point, series, kind, granularity, total }: ChartTooltipProps) {
  const { tz } = usePageWindow();
  const shown = series.flatMap((one, place) => {
    const value = point.values[one.id];
    return value === undefined || (total && value === 0) ? [] : [{ ...one, value, color: colorOf(one, place) }];
  });
  const sum = shown.reduce((all, { value }) => all + (value ?? 0), 0);
  return (
    <div className="rounded-md border border-line bg-raised px-3 py-2 text-xs shadow-float">
      <p className="mb-1 font-medium">
        {writeBucket(point.at, granularity, tz)}
        {point.partial === true && <span className="font-normal text-muted"> (so far)</span>}
      </p>
      <ul className="flex flex-col gap-0.5">
        {shown.toReversed().map(({ id, label, value, color }) => (
          <li key={id} className="flex items-center gap-2">
            <span className="size-2 rounded-full" style={{ background: color }} />
            <span className="max-w-52 truncate text-muted">{label}</span>
            <span className="ml-auto pl-3 font-medium tabular-nums">{write(kind, value).exact}</span>
          </li>
        ))}
        {total && shown.length > 1 && (
          <li className="mt-0.5 flex border-t border-line pt-1">
            <span className="text-muted">All</span>
            <span className="ml-auto pl-3 font-medium tabular-nums">{write(kind, sum).exact}</span>
          </li>
        )}
      </ul>
    </div>
  );
}
