import { defaultPageSize, type Page, type PageQuery } from "@mobigen/analytics-contract";
import { z } from "zod";
import { invalidQuery } from "./errors.js";

// What Date, timestamptz and integer columns hold: a cursor that was made up must not reach SQL.
const maxSortValue = 8.64e15;
const maxKey = 2 ** 31 - 1;

const position = z.tuple([
  z.int().min(0).max(maxSortValue),
  z.union([z.string().max(200), z.int().min(0).max(maxKey)]),
]);

/** A place in a list: the sort value of its last entry (a time or a key), and what tells entries of the same sort value apart. */
export type Position = [number, string | number];

/** An opaque cursor that stands after a position. */
export function encodeCursor(after: Position): string {
  return Buffer.from(JSON.stringify(after)).toString("base64url");
}

/** @throws ApiError invalid_query for anything that is no cursor. */
export function decodeCursor(cursor: string): Position {
  try {
    return position.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch {
    // Whatever is wrong with it: it was not made here.
    throw invalidQuery("cursor", "is not one that a list gave out");
  }
}

/**
 * One page: asks `list` for one entry more than the page holds, to see whether another page follows.
 * @throws ApiError invalid_query
 */
export async function readPage<Row, Item>(
  query: PageQuery,
  list: (after: Position | null, limit: number) => Promise<Row[]>,
  positionOf: (row: Row) => Position,
  toItem: (row: Row) => Item,
): Promise<Page<Item>> {
  const limit = query.limit ?? defaultPageSize;
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor);
  const rows = await list(after, limit + 1);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(positionOf(last)) : null,
  };
}
