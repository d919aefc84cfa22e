import { describe, expect, it } from "vitest";
import { pointerTo } from "./json-pointer.js";

describe("pointerTo", () => {
  it.each([
    [[], ""],
    [["events", 3, "name"], "/events/3/name"],
    [["a/b~c", ""], "/a~1b~0c/"],
    [["a\u0000b", "a\ud800", "\u2028"], "/?/?/?"],
    [["n".repeat(60)], `/${"n".repeat(60)}`],
    [["n".repeat(61)], `/${"n".repeat(60)}…`],
    [[`${"n".repeat(59)}💡`], `/${"n".repeat(59)}…`],
    [[`${"n".repeat(70)}\n`], `/${"n".repeat(60)}…`],
    [[`\n${"n".repeat(70)}`], "/?"],
  ])("of %j is %s", (path, pointer) => {
    expect(pointerTo(path)).toBe(pointer);
  });
});
