import { projectPatchSchema } from "@mobigen/analytics-contract";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ApiError } from "../errors.js";
import { parseBody, parseId, parseQuery } from "./parse.js";

function refusalOf(parse: () => unknown): ApiError {
  try {
    parse();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

const schema = z.strictObject({
  list: z.array(z.strictObject({ "a/b": z.number(), kind: z.enum(["x", "y"]).optional() })),
  text: z.string().optional(),
});

describe("parseBody", () => {
  it("gives what the schema makes of it", () => {
    expect(parseBody(schema, { list: [{ "a/b": 1 }] })).toEqual({ list: [{ "a/b": 1 }] });
  });

  it.each([
    [{}, { pointer: "/list", reason: "is required" }],
    [{ list: 1 }, { pointer: "/list", reason: "must be an array" }],
    [{ list: [{ "a/b": "1" }] }, { pointer: "/list/0/a~1b", reason: "must be a number" }],
    [
      { list: [], text: null },
      { pointer: "/text", reason: "must be a string" },
    ],
    [
      { list: [], "~x": 1 },
      { pointer: "/~0x", reason: "is not known" },
    ],
    [{ list: [{ "a/b": 1, kind: "z" }] }, { pointer: "/list/0/kind", reason: "must be one of x, y" }],
    [null, { pointer: "", reason: "must be an object" }],
    [JSON.parse('{"list":[],"__proto__":{}}'), { pointer: "/__proto__", reason: "is not known" }],
  ])("tells where %j is at fault, and why", (body, fault) => {
    const refusal = refusalOf(() => parseBody(schema, body));
    expect([refusal.code, refusal.errors]).toEqual(["invalid_body", [fault]]);
    expect(refusal.message).toBe(`${fault.pointer || "The body"} ${fault.reason}.`);
  });

  it("names at most twenty faults of a body that has thousands", () => {
    const list = Array.from({ length: 5_000 }, () => ({ "a/b": "x" }));
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`f${n}`, n]));
    expect(refusalOf(() => parseBody(schema, { list })).errors).toHaveLength(20);
    expect(refusalOf(() => parseBody(schema, { list: [], ...wide })).errors).toHaveLength(20);
  });

  it("refuses nesting that no stack holds", () => {
    const depth = 200_000;
    const deep: unknown = JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
    expect(refusalOf(() => parseBody(z.json(), deep)).errors).toEqual([
      { pointer: "", reason: "is nested too deeply" },
    ]);
  });

  it("says what a rule over the whole wants", () => {
    expect(refusalOf(() => parseBody(projectPatchSchema, {})).message).toBe("The body must change at least one field.");
  });
});

describe("parseQuery", () => {
  it("names the parameter", () => {
    const refusal = refusalOf(() => parseQuery(z.strictObject({ limit: z.string() }), { limit: ["1", "2"] }));
    expect([refusal.code, refusal.errors]).toEqual([
      "invalid_query",
      [{ pointer: "limit", reason: "must be a string" }],
    ]);
  });
});

describe("parseId", () => {
  it.each(["a", `it's "quoted"/slashed`, "日本語", "x".repeat(200)])("takes %j", (id) => {
    expect(parseId(id, "userId")).toBe(id);
  });

  it.each(["", "x".repeat(201), "a\u0000b", "a\nb", "\ud800", undefined, ["a"]])("refuses %j", (id) => {
    expect(refusalOf(() => parseId(id, "userId")).code).toBe("invalid_path");
  });
});
