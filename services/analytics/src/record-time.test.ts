import { describe, expect, it } from "vitest";
import { recordTime } from "./record-time.js";

const now = Date.parse("2026-06-15T12:00:00Z");

describe("a record's time", () => {
  it("is the server's when the record has none", () => {
    expect(recordTime(undefined, now)).toEqual({ kind: "ok", at: now });
  });

  it.each([["2020-01-01T00:00:00Z"], ["2026-06-16T12:00:00Z"], ["2026-06-16T17:45:00.000+05:45"]])(
    "may be %s",
    (timestamp) => {
      expect(recordTime(timestamp, now)).toEqual({ kind: "ok", at: Date.parse(timestamp) });
    },
  );

  it.each([["1970-01-01T00:00:00Z"], ["2019-12-31T23:59:59.999Z"], ["2020-01-01T00:00:00+00:01"]])(
    "may not be %s, and the reason names the bound",
    (timestamp) => {
      expect(recordTime(timestamp, now)).toEqual({
        kind: "bad",
        reason: "must not be before 2020-01-01T00:00:00.000Z",
      });
    },
  );

  it.each([["2026-06-16T12:00:00.001Z"], ["2100-01-01T00:00:00Z"]])("may not lie as far ahead as %s", (timestamp) => {
    expect(recordTime(timestamp, now)).toEqual({
      kind: "bad",
      reason: "must not be after 2026-06-16T12:00:00.000Z (24 hours ahead)",
    });
  });
});
