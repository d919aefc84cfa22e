import type { FunnelOperator, FunnelStep } from "@mobigen/analytics-contract";
import { describe, expect, it } from "vitest";
import { draftOf, emptyProperty, emptyStep, stepsOf } from "./draft";
import { parseSteps, writeSteps } from "./steps-text";

const values = [
  "",
  "shoes",
  "12",
  "007",
  "true",
  "null",
  '"12"',
  'a "quoted" word',
  "-1.5e3",
  12,
  -0.5,
  true,
  false,
  null,
];

describe("a funnel's steps", () => {
  it("are the same after they were edited, whatever they ask for", () => {
    const steps: FunnelStep[] = values.map((value) => ({
      type: "custom",
      name: "buy",
      properties: [{ key: "kind", operator: "is", value }],
    }));
    expect(stepsOf(draftOf(steps))).toEqual(steps);
  });

  it("are the same after they went through a link", () => {
    const steps: FunnelStep[] = [
      { type: "screen_view" },
      { type: "custom", name: "ö&=", properties: [{ key: "a", value: null }] },
    ];
    expect(parseSteps(writeSteps(steps))).toEqual(steps);
  });

  it.each(["", "[", "{}", "[1]", '[{"name":"x"}]', '[{"type":"x","properties":[{}]}]', '[{"type":"x","name":1}]'])(
    "are none in the link %j",
    (text) => {
      expect(parseSteps(text)).toEqual([]);
    },
  );

  it("cannot be asked while an event, a key or a number is missing", () => {
    const step = { ...emptyStep(), type: "custom" };
    const of = (operator: FunnelOperator, key: string, value: string) =>
      stepsOf([{ ...step, properties: [{ ...emptyProperty(), operator, key, value }] }]);
    expect(stepsOf([step, emptyStep()])).toBeNull();
    expect(of("is", " ", "x")).toBeNull();
    expect(of("gt", "total", "many")).toBeNull();
    expect(of("gt", "total", "")).toBeNull();
    expect(of("gt", "total", "12")).toEqual([
      { type: "custom", properties: [{ key: "total", operator: "gt", value: 12 }] },
    ]);
    expect(of("exists", "total", "ignored")).toEqual([
      { type: "custom", properties: [{ key: "total", operator: "exists" }] },
    ]);
    expect(of("contains", "total", "12")).toEqual([
      { type: "custom", properties: [{ key: "total", operator: "contains", value: "12" }] },
    ]);
  });
});
