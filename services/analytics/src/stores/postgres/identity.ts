/** Rows that a client names: an id for ever, and a hash of what was sent under it. */
export type Identified = { contentHash: Buffer };

/** What became of a row. `holder` is what stands under its id and is the same. */
export type Judgement<Holder> = { kind: "stored" } | { kind: "duplicate"; holder: Holder } | { kind: "conflict" };

/** The first row of each id, sorted by id: one order of locks for every writer. */
export function firstOfEach<Row>(rows: readonly Row[], idOf: (row: Row) => string): Row[] {
  const byId = new Map<string, Row>();
  for (const row of rows) if (!byId.has(idOf(row))) byId.set(idOf(row), row);
  return [...byId.entries()].sort(([a], [b]) => compareTexts(a, b)).map(([, row]) => row);
}

/**
 * Judges rows after the first of each id was inserted where the id was new (`inserted`), and what stood under the other ids
 * was read (`known`): the first of a new id is stored; any other row is held against what has its id.
 */
export function judge<Row extends Holder, Holder extends Identified>(
  rows: readonly Row[],
  idOf: (row: Row) => string,
  inserted: ReadonlySet<string>,
  known: ReadonlyMap<string, Holder>,
): Judgement<Holder>[] {
  const storedNow = new Map<string, Holder>();
  return rows.map((row) => {
    const id = idOf(row);
    if (inserted.has(id) && !storedNow.has(id)) {
      storedNow.set(id, row);
      return { kind: "stored" };
    }
    const holder = storedNow.get(id) ?? known.get(id);
    if (holder === undefined) throw new Error("an id is neither new nor known");
    return holder.contentHash.equals(row.contentHash) ? { kind: "duplicate", holder } : { kind: "conflict" };
  });
}

/** By UTF-16 units: the same on every machine, whatever its locale. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
