import type { Granularity } from "@mobigen/analytics-contract";
import type { Kind } from "../format/quantity";

/** One line, or one colour of the bars. */
export type Series = {
  id: string;
  label: string;
  /** 1 to 8; by its place where none is given. */
  color?: number;
  /** Drawn with dashes: the period before, or what is only expected. */
  dashed?: boolean;
};

/** One place on the time axis: the values by the ids of their series; null where there is nothing to tell. */
export type Point = {
  /** An instant, or a day as YYYY-MM-DD. */
  at: string;
  /** The bucket is still open: its value will grow. */
  partial?: boolean | undefined;
  values: Readonly<Record<string, number | null>>;
};

export type TimeChartProps = {
  /** What is drawn, for who can't see it. */
  label: string;
  look: "line" | "bar" | "stacked";
  series: readonly Series[];
  /** Oldest first. */
  points: readonly Point[];
  kind: Kind;
  granularity: Granularity;
  height?: number;
  /** A level to compare with, e.g. a budget. */
  limit?: { value: number; label: string };
};

export const maxColors = 8;

export function colorOf(series: Series, place: number): string {
  return `var(--color-series-${series.color ?? (place % maxColors) + 1})`;
}
