import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketMs } from "../../types.js";
import { createBindings, platformEventSlice, splitWindow, usageSlice } from "./slices.js";

const quarter = bucketMs;

describe("splitting a window", () => {
  it("reads an aligned window from the rollup alone", () => {
    expect(splitWindow({ from: 0, to: 4 * quarter })).toEqual({ whole: { from: 0, to: 4 * quarter }, cut: [] });
  });

  it("reads the cut buckets at the edges from the rows", () => {
    expect(splitWindow({ from: 1, to: 3 * quarter + 5 })).toEqual({
      whole: { from: quarter, to: 3 * quarter },
      cut: [
        { from: 1, to: quarter },
        { from: 3 * quarter, to: 3 * quarter + 5 },
      ],
    });
  });

  it("reads a window inside one bucket from the rows alone", () => {
    expect(splitWindow({ from: 1, to: 5 })).toEqual({ whole: undefined, cut: [{ from: 1, to: 5 }] });
  });

  it("reads nothing for an empty window", () => {
    expect(splitWindow({ from: 5, to: 5 })).toEqual({ whole: undefined, cut: [] });
  });

  it("covers every window once, with whole buckets in the middle", () => {
    const at = fc.integer({ min: 0, max: 10 * quarter });
    fc.assert(
      fc.property(at, at, (from, to) => {
        const { whole, cut } = splitWindow({ from, to });
        const parts = [...cut, ...(whole === undefined ? [] : [whole])].sort((a, b) => a.from - b.from);
        let end = from;
        for (const part of parts) {
          expect(part.from).toBe(end);
          expect(part.to).toBeGreaterThan(part.from);
          end = part.to;
        }
        expect(end).toBe(Math.max(from, to));
        if (whole !== undefined) expect([whole.from % quarter, whole.to % quarter]).toEqual([0, 0]);
        for (const part of cut) expect(part.to - part.from).toBeLessThan(quarter);
      }),
    );
  });
});

describe("a slice", () => {
  it("leaves no trace of a filter that is not asked for", () => {
    expect(usageSlice(createBindings(), { from: 0, to: quarter })).not.toMatch(/user_id =|project_id =|model =| or /);
  });

  it("binds each value once and names it", () => {
    const bindings = createBindings();
    const sql = usageSlice(bindings, { from: 1, to: 2 * quarter }, { userId: "it's", model: "m" });
    expect(bindings.values.slice(0, 2)).toEqual(["it's", "m"]);
    expect(sql).toContain("user_id = $1 and model = $2");
    expect(sql).not.toContain("it's");
  });

  it("takes one event or any of a list", () => {
    const window = { from: 0, to: quarter };
    expect(platformEventSlice(createBindings(), window, { event: "a" })).toContain("event = $1");
    expect(platformEventSlice(createBindings(), window, { event: ["a", "b"] })).toContain("event = any($1::text[])");
  });
});
