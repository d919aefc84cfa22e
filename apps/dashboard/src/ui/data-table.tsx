import { ArrowDown, ArrowUp, Download, Search } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import { useParam } from "../app/use-window";
import { type Cell, downloadCsv } from "../format/csv";
import type { Kind } from "../format/quantity";
import { Button, IconButton } from "./button";
import { classNames } from "./class-names";
import { Quantity } from "./quantity";
import { Scroller } from "./scroller";
import { ariaSort, parseSort, sortRows, turnSort } from "./sort-rows";

export type Column<Row> = {
  id: string;
  label: string;
  /** What it is sorted by, searched in, and written to the file. */
  value: (row: Row) => Cell;
  /** A number of that kind: to the right, short, exact on hover. */
  kind?: Kind;
  /** How it looks, where that is more than its value. */
  show?: (row: Row) => ReactNode;
  /** Its head is read out and not seen, and it is no part of the file: buttons for the row. */
  actions?: boolean;
  /** False: its head is no button. Default: true. */
  sortable?: boolean;
  /** Left out on narrow screens. */
  wide?: boolean;
};

export type DataTableProps<Row> = {
  /** What its rows are: names the table, its file and its search. */
  name: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** As in the URL: a column's id, with a minus for the largest first. */
  sort?: string;
  /** Sets the URL's parameters of two tables on a page apart. */
  prefix?: string;
  searchable?: boolean;
  /** Before the search: filters and buttons of the page's own. */
  tools?: ReactNode;
  /** Below the rows, e.g. a button for more of them. */
  footer?: ReactNode;
};

const rowsAtOnce = 100;

/** A table to sort, to search in and to take away; its order and its search stand in the URL. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { name, columns, rows, keyOf, prefix = "", searchable = false, tools, footer } = props;
  const [sortText, setSort] = useParam(`${prefix}sort`, props.sort);
  const [search, setSearch] = useParam(`${prefix}q`);
  const [limit, setLimit] = useState(rowsAtOnce);
  const sort = parseSort(sortText);
  const found = useMemo(
    () => sortRows(searchRows(rows, columns, search), columns, parseSort(sortText)),
    [rows, columns, search, sortText],
  );
  return (
    <div className="min-w-0">
      <div className="flex flex-wrap items-center gap-2 px-4 pb-3">
        {searchable && <SearchBox name={name} value={search} onChange={setSearch} />}
        {tools}
        <span className="ml-auto flex items-center gap-1">
          <span role="status" className="text-xs text-muted tabular-nums">
            {search === "" ? "" : `${found.length} of ${rows.length}`}
          </span>
          <IconButton label={`${name}: download CSV`} onClick={() => download(name, columns, found)}>
            <Download className="size-4" />
          </IconButton>
        </span>
      </div>
      <Scroller label={name} className="overflow-x-auto">
        <table className="w-full border-collapse text-sm">
          <thead>
            <tr className="border-y border-line bg-sunken/50 text-xs text-muted">
              {columns.map((column) => (
                <th
                  key={column.id}
                  scope="col"
                  {...(column.sortable === false ? {} : { "aria-sort": ariaSort(column.id, sort) })}
                  className={cellClasses(column)}
                >
                  {column.sortable === false ? (
                    <span className={column.actions === true ? "sr-only" : "font-medium"}>{column.label}</span>
                  ) : (
                    <SortButton column={column} sort={sort} onSort={setSort} />
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.slice(0, limit).map((row) => (
              <tr key={keyOf(row)} className="border-b border-line last:border-b-0 hover:bg-sunken/40">
                {columns.map((column) => (
                  <td key={column.id} className={cellClasses(column)}>
                    {column.show?.(row) ?? <PlainCell kind={column.kind} value={column.value(row)} />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {found.length === 0 && <p className="px-4 py-8 text-center text-muted">Nothing matches “{search}”.</p>}
      </Scroller>
      {found.length > limit && (
        <div className="border-t border-line p-3 text-center">
          <Button onClick={() => setLimit(limit + rowsAtOnce)}>Show more ({found.length - limit} left)</Button>
        </div>
      )}
      {footer}
    </div>
  );
}

function SearchBox({ name, value, onChange }: { name: string; value: string; onChange: (value: string) => void }) {
  return (
    <label className="relative block min-w-40 grow sm:w-60 sm:grow-0">
      <span className="sr-only">Search {name}</span>
      <Search aria-hidden="true" className="pointer-events-none absolute top-2 left-2.5 size-4 text-muted" />
      <input
        type="search"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        placeholder="Search"
        className="h-8 w-full rounded-md border border-strong-line bg-surface pr-2 pl-8 text-sm placeholder:text-muted"
      />
    </label>
  );
}

type SortButtonProps<Row> = {
  column: Column<Row>;
  sort: ReturnType<typeof parseSort>;
  onSort: (sort: string) => void;
};

function SortButton<Row>({ column, sort, onSort }: SortButtonProps<Row>) {
  const isSorted = sort?.id === column.id;
  const Arrow = isSorted && !sort.descends ? ArrowUp : ArrowDown;
  return (
    <button
      type="button"
      onClick={() => onSort(turnSort(column.id, sort, column.kind !== undefined))}
      className={classNames(
        "group inline-flex items-center gap-1 rounded font-medium hover:text-text",
        column.kind !== undefined && "flex-row-reverse",
        isSorted && "text-text",
      )}
    >
      {column.label}
      <Arrow
        aria-hidden="true"
        className={classNames("size-3", !isSorted && "opacity-0 group-hover:opacity-60 group-focus-visible:opacity-60")}
      />
    </button>
  );
}

function PlainCell({ kind, value }: { kind: Kind | undefined; value: Cell }) {
  if (kind !== undefined && (typeof value === "number" || value === null || value === undefined)) {
    return <Quantity kind={kind} value={value} />;
  }
  return <>{value === null || value === undefined || value === "" ? "–" : String(value)}</>;
}

function cellClasses<Row>({ kind, wide = false }: Column<Row>): string {
  return classNames(
    "px-3 py-2 first:pl-4 last:pr-4",
    kind === undefined ? "text-left" : "text-right tabular-nums",
    wide && "max-md:hidden",
  );
}

function searchRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], search: string): readonly Row[] {
  const wanted = search.trim().toLowerCase();
  if (wanted === "") return rows;
  const texts = columns.filter(({ kind }) => kind === undefined);
  return rows.filter((row) =>
    texts.some(({ value }) =>
      String(value(row) ?? "")
        .toLowerCase()
        .includes(wanted),
    ),
  );
}

function download<Row>(name: string, columns: readonly Column<Row>[], rows: readonly Row[]): void {
  const named = columns.filter(({ actions }) => actions !== true);
  downloadCsv(
    name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-"),
    named.map(({ label }) => label),
    rows.map((row) => named.map(({ value }) => value(row))),
  );
}
