import { parse } from "node:querystring";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ApiError } from "../errors.js";
import { parseQueryString } from "./query-string.js";

describe("parseQueryString", () => {
  it.each([
    ["", {}],
    [undefined, {}],
    ["&&", {}],
    ["a=1&b=2", { a: "1", b: "2" }],
    ["a", { a: "" }],
    ["=1", { "": "1" }],
    ["a=b=c", { a: "b=c" }],
    ["a=1&a=&a=3", { a: ["1", "", "3"] }],
    ["tz=Europe%2FBerlin&name=a+b%2Bc", { tz: "Europe/Berlin", name: "a b+c" }],
    ["%C3%A4=%F0%9F%92%A1", { ä: "💡" }],
  ])("reads %j", (query, parameters) => {
    expect({ ...parseQueryString(query) }).toEqual(parameters);
  });

  it("takes __proto__ for a name like any other", () => {
    const parameters = parseQueryString("__proto__=1&__proto__=2");
    expect(Object.entries(parameters)).toEqual([["__proto__", ["1", "2"]]]);
  });

  it.each(["a=%", "a=%e2%82", "%zz=1", "a=%c0%80", "a=%FF", "a=%ED%A0%80"])("refuses %s", (query) => {
    expect(() => parseQueryString(query)).toThrow(ApiError);
  });

  it("agrees with Node's own parser on whatever is validly encoded", () => {
    const word = fc.oneof(
      fc.string({ unit: "binary" }).map(encodeURIComponent),
      fc.constantFrom("", "+", "a+b", "a", "[x]"),
    );
    const pair = fc.tuple(word, fc.option(word)).map(([name, value]) => (value === null ? name : `${name}=${value}`));
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const query = pairs.join("&");
        expect(Object.entries(parseQueryString(query))).toEqual(Object.entries(parse(query)));
      }),
    );
  });
});
