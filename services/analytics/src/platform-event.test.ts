import { describe, expect, it } from "vitest";
import { acceptPlatformEvent, type PlatformEventDraft } from "./platform-event.js";

const now = Date.parse("2026-06-15T12:00:00Z");
const draft: PlatformEventDraft = { event: "project.created", eventId: "e", userId: "u", projectId: "p" };

function accept(more: Partial<PlatformEventDraft> = {}, at = now) {
  const accepted = acceptPlatformEvent({ ...draft, ...more }, at);
  if (accepted.kind === "bad") throw new Error(accepted.fault.reason);
  return accepted.event;
}

describe("a platform event", () => {
  it("names its project by its metadata", () => {
    expect(accept({ metadata: { name: "My App" } }).projectName).toBe("My App");
    expect(accept({ event: "project.renamed", metadata: { name: "Other" } }).projectName).toBe("Other");
  });

  it.each([[undefined], [{}], [{ name: 5 }], [{ name: "  " }], [{ name: "a\nb" }], [{ name: "x".repeat(201) }]])(
    "has no project name in %j",
    (metadata) => {
      expect(accept({ metadata }).projectName).toBeNull();
    },
  );

  it("that is of no project names none", () => {
    expect(accept({ event: "build.completed", metadata: { name: "release" } }).projectName).toBeNull();
  });

  it("hashes the same when it is sent again later, and with its keys in another order", () => {
    const first = accept({ metadata: { a: 1, b: { c: 2, d: 3 } } });
    expect(accept({ metadata: { b: { d: 3, c: 2 }, a: 1 } }, now + 60_000).contentHash).toEqual(first.contentHash);
    expect(accept({ metadata: { a: 2, b: { c: 2, d: 3 } } }).contentHash).not.toEqual(first.contentHash);
  });

  it.each([
    ["text instead of an object", "x", "/metadata"],
    ["a list instead of an object", [1], "/metadata"],
    ["NUL in a text", { a: { b: "\u0000" } }, "/metadata/a/b"],
    ["a lone surrogate", { a: "\ud800" }, "/metadata/a"],
    ["a number past 2^53", { a: 2 ** 53 }, "/metadata/a"],
    ["a key __proto__", JSON.parse('{"__proto__": 1}'), "/metadata"],
    ["33 KB", { a: "x".repeat(33 * 1024) }, "/metadata"],
  ])("is refused for %s in its metadata, by its pointer", (_, metadata, pointer) => {
    const accepted = acceptPlatformEvent({ ...draft, metadata }, now);
    expect(accepted).toMatchObject({ kind: "bad", fault: { pointer } });
  });

  it("is refused for metadata that is nested without end", () => {
    let metadata: unknown = {};
    for (let depth = 0; depth < 100_000; depth += 1) metadata = { a: metadata };
    expect(acceptPlatformEvent({ ...draft, metadata }, now)).toMatchObject({ kind: "bad" });
  });

  it("is refused for a time out of bounds", () => {
    expect(acceptPlatformEvent({ ...draft, timestamp: "2100-01-01T00:00:00Z" }, now)).toMatchObject({
      kind: "bad",
      fault: { pointer: "/timestamp" },
    });
  });
});
