import { describe, expect, it } from "vitest";
import { isTraceHeader, parseTraceRow, traceRecord } from "./usage-trace.js";

describe("a trace file", () => {
  it("is known by its header, with a byte order mark and with DOS line ends, too", () => {
    expect(isTraceHeader("TIMESTAMP,ContextTokens,GeneratedTokens")).toBe(true);
    expect(isTraceHeader("\uFEFFTIMESTAMP,ContextTokens,GeneratedTokens\r")).toBe(true);
    expect(isTraceHeader("2023-11-16 18:17:03.9799600,4808,10")).toBe(false);
  });

  it("has rows of a time in UTC and two counts", () => {
    expect(parseTraceRow("2023-11-16 18:17:03.9799600,4808,10\r")).toEqual({
      kind: "ok",
      row: { timestamp: "2023-11-16T18:17:03.9799600Z", inputTokens: 4808, outputTokens: 10 },
    });
  });

  it.each([
    ["2023-11-16 18:17:03,4808", /2 fields/],
    ["2023-11-16 18:17:03,4808,10,7", /4 fields/],
    ["2023-13-16 18:17:03,4808,10", /no time/],
    ["yesterday,4808,10", /"yesterday"/],
    ["2023-11-16 18:17:03,-1,10", /ContextTokens/],
    ["2023-11-16 18:17:03,1.5,10", /ContextTokens/],
    ["2023-11-16 18:17:03,1,ten", /GeneratedTokens, but "ten"/],
    ["2023-11-16 18:17:03,1,9007199254740993", /GeneratedTokens/],
  ])("is told what is wrong with the row %s", (line, reason) => {
    expect(parseTraceRow(line)).toEqual({ kind: "bad", reason: expect.stringMatching(reason) });
  });

  it("gives each row an id that a second load gives it again", () => {
    const row = { timestamp: "2023-11-16T18:17:03Z", inputTokens: 1, outputTokens: 2 };
    const owner = { fileName: "trace.csv", userId: "u", model: "m", keepTimes: false };
    expect(traceRecord(row, 7, owner)).toEqual({
      requestId: "trace.csv:7",
      userId: "u",
      model: "m",
      inputTokens: 1,
      outputTokens: 2,
    });
    expect(traceRecord(row, 7, { ...owner, projectId: "p", keepTimes: true })).toMatchObject({
      projectId: "p",
      timestamp: "2023-11-16T18:17:03Z",
    });
  });
});
