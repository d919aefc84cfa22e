import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentHash } from "./content-hash.js";

describe("content hash", () => {
  it("does not depend on the order of keys, at any depth", () => {
    expect(contentHash({ a: 1, b: { c: 2, d: [3] } })).toEqual(contentHash({ b: { d: [3], c: 2 }, a: 1 }));
  });

  it("passes over members that are undefined", () => {
    expect(contentHash({ a: 1, b: undefined })).toEqual(contentHash({ a: 1 }));
  });

  it("tells an object from an array of its pairs, null from absent, and orders of an array", () => {
    const values = [
      { a: 1 },
      [["a", 1]],
      { members: [["a", 1]] },
      { a: null },
      {},
      { a: "1" },
      [1, 2],
      [2, 1],
      JSON.parse('{"__proto__":1}'),
    ];
    expect(new Set(values.map((value) => contentHash(value).toString("hex"))).size).toBe(values.length);
  });

  it("is the same for every JSON value that went through a network", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(contentHash(JSON.parse(JSON.stringify(value)))).toEqual(contentHash(JSON.parse(JSON.stringify(value))));
      }),
    );
  });
});
