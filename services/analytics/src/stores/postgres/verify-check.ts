/** Two ways to the same rows: `stored` as they are kept, `recounted` from the raw rows. Both have the keys and the fields. */
export type Check = {
  name: string;
  keys: readonly string[];
  fields: readonly string[];
  /** Fields are counts, and a missing row counts as zeros. */
  emptyIsZero: boolean;
  stored: string;
  recounted: string;
};
