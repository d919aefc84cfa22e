/** One row of a rollup, or one receipt, that is not what the raw rows say. */
export type Difference = {
  /** Which row: its primary key, by column. */
  key: Record<string, string>;
  /** The fields that differ: what is stored and what the raw rows come to; null where there is no such row. */
  fields: { field: string; stored: string | null; recounted: string | null }[];
};

export type CheckResult = {
  /** The table that was checked, or `receipts`. */
  name: string;
  /** Rows that were compared: those stored and those that should be. */
  rows: number;
  differences: number;
  /** The first of them by key. */
  first: Difference[];
};

/** What can be computed twice: once from the raw rows, once by what is kept in step with them. */
export type VerifyStore = {
  /** Makes every check against one snapshot, and answers at most `maxShown` differences of each. Writers may go on. */
  recount(maxShown: number): Promise<CheckResult[]>;
};
