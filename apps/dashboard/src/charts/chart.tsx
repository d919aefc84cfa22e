import { lazy, Suspense } from "react";
import { SkeletonChart } from "../ui/skeleton";
import type { TimeChartProps } from "./series";

// Asked for beside the numbers, not after them: whoever loads this shows a chart.
const chart = import("./time-chart").then((module) => ({ default: module.TimeChart }));
// A failure is the chart's that is shown, not the page's that only may show one.
chart.catch(() => undefined);

const TimeChart = lazy(() => chart);

/** A chart over time with its legend; who can't see it gets its name, and the numbers by the card's table. */
export function Chart(props: TimeChartProps) {
  return (
    <figure aria-label={props.label} className="min-w-0">
      <Suspense fallback={<SkeletonChart height={props.height ?? 240} />}>
        <TimeChart {...props} />
      </Suspense>
    </figure>
  );
}
