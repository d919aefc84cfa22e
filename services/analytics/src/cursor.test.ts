import { describe, expect, it } from "vitest";
import { decodeCursor, encodeCursor, readPage } from "./cursor.js";
import { ApiError } from "./errors.js";

describe("cursor", () => {
  it("comes back as it went", () => {
    expect(decodeCursor(encodeCursor([17, "an id"]))).toEqual([17, "an id"]);
    expect(decodeCursor(encodeCursor([17, 4]))).toEqual([17, 4]);
  });

  it.each([
    "",
    "x",
    "null",
    "W10",
    Buffer.from("[1]").toString("base64url"),
    Buffer.from('["a",1]').toString("base64url"),
  ])("refuses %j", (cursor) => {
    expect(() => decodeCursor(cursor)).toThrow(ApiError);
  });

  it("pages through a list without a gap or a repeat", async () => {
    const all = Array.from({ length: 7 }, (_, n) => n);
    const list = async (after: unknown, limit: number) => {
      const from = Array.isArray(after) ? Number(after[0]) + 1 : 0;
      return all.slice(from, from + limit);
    };
    const seen: number[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const query = { limit: 3, ...(cursor === null ? {} : { cursor }) };
      const page: { items: number[]; nextCursor: string | null } = await readPage(
        query,
        list,
        (n) => [n, 0],
        (n) => n,
      );
      seen.push(...page.items);
      cursor = page.nextCursor;
      pages += 1;
    } while (cursor !== null);
    expect(seen).toEqual(all);
    expect(pages).toBe(3);
  });
});
