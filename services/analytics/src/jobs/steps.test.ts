import { describe, expect, it } from "vitest";
import type { JobContext, JobStep } from "./job.js";
import { inSteps, textOf } from "./steps.js";

function context(signal: AbortSignal = new AbortController().signal): JobContext {
  const end = new Date("2026-03-18T10:00:00Z");
  return { window: { start: new Date("2026-03-18T09:00:00Z"), end }, now: end, signal };
}

function step(name: string, run: JobStep["run"] = async () => ({ name })): JobStep {
  return { name, run };
}

describe("steps", () => {
  it("run in their order, each with what it did", async () => {
    expect(await inSteps([step("a"), step("b")])(context())).toEqual([
      { step: "a", ms: expect.any(Number), did: { name: "a" } },
      { step: "b", ms: expect.any(Number), did: { name: "b" } },
    ]);
  });

  it("run although one before failed", async () => {
    const fail = async () => {
      throw new Error("no disk");
    };
    expect(await inSteps([step("a", fail), step("b")])(context())).toMatchObject([
      { step: "a", error: "no disk" },
      { step: "b", did: { name: "b" } },
    ]);
  });

  it("are not begun any more when the run is told to end", async () => {
    const ending = new AbortController();
    const end = async () => {
      ending.abort(new Error("the service stopped"));
      return {};
    };
    const reports = await inSteps([step("a", end), step("b")])(context(ending.signal));
    expect(reports.map((report) => report.step)).toEqual(["a"]);
  });

  it("that do not end are left to themselves seconds after they were told to", async () => {
    const ending = new AbortController();
    const reports = inSteps([step("a", () => new Promise(() => undefined))])(context(ending.signal));
    ending.abort(new Error("the service stopped"));
    expect(await reports).toMatchObject([{ step: "a", error: "the service stopped" }]);
  });
});

it("an error's text fits a row", () => {
  expect(textOf(new Error(`a\0${"b".repeat(5_000)}`))).toBe(`a${"b".repeat(1_999)}`);
  expect(textOf("thrown")).toBe("thrown");
});
