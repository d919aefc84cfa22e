import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkJsonObject } from "./json-value.js";

const limits = { maxBytes: 1_000, maxDepth: 3 };

describe("checkJsonObject", () => {
  it("gives the text that reads back as the same object", () => {
    const value = { screen: "Home", "a/b": [1, 2.5, null, true, "line\nbreak", "😀", "\\u0000"], empty: {} };
    const checked = checkJsonObject(value, limits);
    expect(checked.kind === "ok" && JSON.parse(checked.json)).toEqual(value);
  });

  it.each([[null], [undefined], ["{}"], [1], [true], [[]]])("takes objects only, not %j", (value) => {
    expect(checkJsonObject(value, limits)).toMatchObject({ kind: "bad", problem: "not_object", pointer: "" });
  });

  it("counts levels from the object itself", () => {
    expect(checkJsonObject({ a: { b: { c: 1 } } }, limits).kind).toBe("ok");
    expect(checkJsonObject({ a: { b: { c: {} } } }, limits)).toMatchObject({ problem: "too_deep", pointer: "/a/b/c" });
    expect(checkJsonObject({ a: [[[]]] }, limits)).toMatchObject({ problem: "too_deep", pointer: "/a/0/0" });
  });

  it("survives a value nested a hundred thousand deep", () => {
    const deep: unknown = JSON.parse(`{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`);
    expect(checkJsonObject(deep, limits)).toMatchObject({ problem: "too_deep" });
  });

  it("counts bytes of UTF-8, not characters", () => {
    expect(checkJsonObject({ a: "x".repeat(992) }, limits).kind).toBe("ok");
    expect(checkJsonObject({ a: "x".repeat(993) }, limits)).toMatchObject({ problem: "too_large", pointer: "" });
    expect(checkJsonObject({ a: "ü".repeat(496) }, limits).kind).toBe("ok");
    expect(checkJsonObject({ a: "ü".repeat(497) }, limits)).toMatchObject({ problem: "too_large" });
  });

  it.each([
    ['{"a":{"b":"x\\u0000"}}', "/a/b", "must not contain NUL"],
    ['{"a":["ok","\\ud800"]}', "/a/1", "must not contain a lone surrogate"],
    ['{"a":"\\ude00\\ud83d"}', "/a", "must not contain a lone surrogate"],
    ['{"a":{"k\\u0000":1}}', "/a/?", "must have a key without NUL and lone surrogates"],
    ['{"\\udfff":1}', "/?", "must have a key without NUL and lone surrogates"],
    ['{"a":{"__proto__":1}}', "/a", "must not have a key __proto__"],
    ['{"__proto__":{"admin":true}}', "", "must not have a key __proto__"],
    ['{"a/b~c":9007199254740992}', "/a~1b~0c", "must not be a whole number past 9007199254740991"],
    ['{"a":-9007199254740992}', "/a", "must not be a whole number past 9007199254740991"],
    ['{"a":1e999}', "/a", "must be a finite number"],
  ])("refuses %s, naming the place", (text, pointer, message) => {
    const checked = checkJsonObject(JSON.parse(text), limits);
    expect(checked).toMatchObject({ kind: "bad", problem: "invalid", pointer });
    expect(checked.kind === "bad" && checked.message).toContain(message);
  });

  it("shows no more than the start of a long key", () => {
    const checked = checkJsonObject({ ["k".repeat(500)]: Number.NaN }, limits);
    expect(checked.kind === "bad" && checked.pointer.length).toBeLessThan(70);
  });

  it("keeps every object within the limits unchanged", () => {
    const wide = { maxBytes: 1_000_000, maxDepth: 20 };
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "grapheme", maxDepth: 5 }), (value) => {
        const object = { value };
        const checked = checkJsonObject(object, wide);
        if (checked.kind === "ok") expect(JSON.parse(checked.json)).toEqual(JSON.parse(JSON.stringify(object)));
        else expect(checked.problem).toBe("invalid");
      }),
    );
  });
});
