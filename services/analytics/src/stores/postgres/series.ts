import { type TimeWindow, toInstant } from "../../types.js";
import type { Bindings } from "./slices.js";

/** What a series' boundaries span. Throws plainly without at least one interval. */
export function windowOf(boundaries: readonly number[]): TimeWindow {
  const [from, to] = [boundaries[0], boundaries.at(-1)];
  if (from === undefined || to === undefined || boundaries.length < 2) throw new Error("a series needs two boundaries");
  return { from, to };
}

/** The number of the interval, from 1, in which a column lies. */
export function slotOf(bindings: Bindings, boundaries: readonly number[], column = "at"): string {
  return `width_bucket(${column}, ${bindings.bind(boundaries.map(toInstant))}::timestamptz[])`;
}

/** One value for each interval: `empty` where no row is. */
export function fillSeries<Row extends { slot: number }, Value>(
  boundaries: readonly number[],
  rows: readonly Row[],
  empty: Value,
  toValue: (row: Row) => Value,
): Value[] {
  const values = new Array<Value>(boundaries.length - 1).fill(empty);
  // width_bucket numbers the intervals from 1.
  for (const row of rows) values[row.slot - 1] = toValue(row);
  return values;
}

/** The same of rows that have their number in the column `value`. */
export function series(
  boundaries: readonly number[],
  rows: readonly { slot: number; value: string | number }[],
): number[] {
  return fillSeries(boundaries, rows, 0, ({ value }) => Number(value));
}
