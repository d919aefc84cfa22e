import type { Kind } from "../format/quantity";
import type { Point, Series, TimeChartProps } from "./series";
import { ticksBetween } from "./ticks";

/** Where the marks of a chart stand, in pixels of its drawing. */
export type Scales = {
  left: number;
  right: number;
  top: number;
  bottom: number;
  /** What a point has for itself from left to right. */
  band: number;
  ticks: readonly number[];
  x: (place: number) => number;
  y: (value: number) => number;
  /** The place whose mark is nearest. */
  placeAt: (x: number) => number;
};

const margin = { left: 52, right: 4, top: 8, bottom: 30 };
const wantedTicks = 5;
const wholeKinds: readonly Kind[] = ["count", "tokens", "bytes"];

type Drawn = Pick<TimeChartProps, "look" | "series" | "points" | "kind" | "limit">;

export function scalesOf(chart: Drawn, width: number, height: number): Scales {
  const { lowest, highest } = rangeOf(chart);
  const ticks = ticksBetween(lowest, highest, wantedTicks, wholeKinds.includes(chart.kind));
  const [left, right, top, bottom] = [margin.left, width - margin.right, margin.top, height - margin.bottom];
  const [base = 0, roof = 1] = [ticks[0], ticks.at(-1)];
  const count = chart.points.length;
  // Bars stand in the middle of their bands; a line goes from edge to edge.
  const isBanded = chart.look !== "line" || count < 2;
  const band = (right - left) / (isBanded ? Math.max(count, 1) : count - 1);
  const first = isBanded ? left + band / 2 : left;
  return {
    left,
    right,
    top,
    bottom,
    band,
    ticks,
    x: (place) => first + place * band,
    y: (value) => bottom - ((value - base) / (roof - base)) * (bottom - top),
    placeAt: (x) => Math.min(Math.max(Math.round((x - first) / band), 0), count - 1),
  };
}

/** The bars' feet and heads, from the first series up; what has nothing to tell has no height. */
export function stackOf(series: readonly Pick<Series, "id">[], { values }: Point): { from: number; to: number }[] {
  let head = 0;
  return series.map(({ id }) => {
    const from = head;
    head += values[id] ?? 0;
    return { from, to: head };
  });
}

/** What the axis must show: all values, the limit, and zero. */
function rangeOf({ look, series, points, limit }: Drawn): { lowest: number; highest: number } {
  const stacked = look === "stacked" ? series.filter(({ dashed }) => dashed !== true) : [];
  let [lowest, highest] = [Math.min(0, limit?.value ?? 0), Math.max(0, limit?.value ?? 0)];
  for (const point of points) {
    const heads = stackOf(stacked, point).map(({ to }) => to);
    const values = series.flatMap((one) => (stacked.includes(one) ? [] : [point.values[one.id] ?? 0]));
    lowest = Math.min(lowest, ...heads, ...values);
    highest = Math.max(highest, ...heads, ...values);
  }
  return { lowest, highest };
}
