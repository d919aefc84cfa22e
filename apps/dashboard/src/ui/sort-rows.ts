import type { Cell } from "../format/csv";

export type Sort = { id: string; descends: boolean } | null;

type Sortable<Row> = { id: string; value: (row: Row) => Cell };

/** `-cost` is by cost, the largest first. */
export function parseSort(text: string | undefined): Sort {
  if (text === undefined || text === "") return null;
  return text.startsWith("-") ? { id: text.slice(1), descends: true } : { id: text, descends: false };
}

/** What the URL says after a click on a column's head: numbers begin with the largest, names with A. */
export function turnSort(id: string, sort: Sort, isNumber: boolean): string {
  const descends = sort?.id === id ? !sort.descends : isNumber;
  return descends ? `-${id}` : id;
}

export function ariaSort(id: string, sort: Sort): "ascending" | "descending" | "none" {
  if (sort?.id !== id) return "none";
  return sort.descends ? "descending" : "ascending";
}

/** In order; what has no value comes last either way, and equals stay as they came. */
export function sortRows<Row>(rows: readonly Row[], columns: readonly Sortable<Row>[], sort: Sort): readonly Row[] {
  const column = columns.find(({ id }) => id === sort?.id);
  if (column === undefined || sort === null) return rows;
  return rows.toSorted((a, b) => compare(column.value(a), column.value(b), sort.descends));
}

const names = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function compare(a: Cell, b: Cell, descends: boolean): number {
  const [isNone, isOtherNone] = [a === null || a === undefined, b === null || b === undefined];
  if (isNone || isOtherNone) return Number(isNone) - Number(isOtherNone);
  const order = typeof a === "number" && typeof b === "number" ? a - b : names.compare(String(a), String(b));
  return descends ? -order : order;
}
