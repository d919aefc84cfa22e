import type { UsageRecordInput } from "@mobigen/analytics-contract";
import { describe, expect, it } from "vitest";
import { price } from "../test/support/prices.js";
import { moneyToText } from "./money.js";
import { createPriceList } from "./price-list.js";
import { acceptUsage, purposeOf } from "./usage-record.js";

const now = Date.parse("2026-06-15T12:00:00Z");
const call: UsageRecordInput = {
  userId: "u",
  model: "m",
  inputTokens: 1_000_000,
  outputTokens: 2_000_000,
  requestId: "r",
};
const prices = createPriceList([
  price({ priceId: 1, input: 1, output: 2, validTo: now }),
  price({ priceId: 2, input: 10, output: 20, validFrom: now }),
]);

function accept(more: Partial<UsageRecordInput> = {}, at = now) {
  const accepted = acceptUsage({ ...call, ...more }, prices, at);
  if (accepted.kind === "bad") throw new Error(accepted.fault.reason);
  return accepted.record;
}

describe("an LLM call", () => {
  it("is charged by the price that held when it happened", () => {
    expect(accept().receipt?.priceId).toBe(2);
    const receipt = accept({ timestamp: "2026-06-15T11:59:59.999Z" }).receipt;
    expect(receipt?.priceId).toBe(1);
    expect([receipt?.inputCost, receipt?.outputCost].map((cost) => cost && moneyToText(cost))).toEqual(["1", "4"]);
  });

  it("of an unknown model has no receipt, not a zero", () => {
    expect(accept({ model: "unknown" }).receipt).toBeNull();
  });

  it("gets an id of its own where it has none", () => {
    const { requestId: _, ...anonymous } = call;
    const ids = [1, 2].map(() => {
      const accepted = acceptUsage(anonymous, prices, now);
      return accepted.kind === "ok" ? accepted.record.requestId : "";
    });
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("hashes the same when it is sent again later, without a timestamp", () => {
    expect(accept({}, now + 60_000).contentHash).toEqual(accept().contentHash);
  });

  it("hashes the same whichever way its timestamp is written", () => {
    const utc = accept({ timestamp: "2026-06-15T10:00:00Z" }).contentHash;
    expect(accept({ timestamp: "2026-06-15T15:45:00.000+05:45" }).contentHash).toEqual(utc);
  });

  it.each<[string, Partial<UsageRecordInput>]>([
    ["user", { userId: "v" }],
    ["project", { projectId: "p" }],
    ["model", { model: "n" }],
    ["tokens in", { inputTokens: 1 }],
    ["tokens out", { outputTokens: 1 }],
    ["time", { timestamp: "2026-06-15T10:00:00Z" }],
    ["provider", { provider: "p" }],
    ["feature", { feature: "f" }],
    ["tags", { tags: ["t"] }],
    ["status", { status: "s" }],
    ["duration", { durationMs: 1 }],
    ["cache read", { cacheReadTokens: 1 }],
    ["cache write", { cacheWriteTokens: 1 }],
    ["reasoning", { reasoningTokens: 1 }],
    ["service tier", { serviceTier: "batch" }],
    ["way of counting", { inputTokensExcludeCache: true }],
  ])("hashes differently with another %s", (_, more) => {
    expect(accept(more).contentHash).not.toEqual(accept().contentHash);
  });

  it("is refused for a time out of bounds, by its pointer", () => {
    expect(acceptUsage({ ...call, timestamp: "1970-01-01T00:00:00Z" }, prices, now)).toEqual({
      kind: "bad",
      fault: { pointer: "/timestamp", reason: "must not be before 2020-01-01T00:00:00.000Z" },
    });
  });
});

describe("what a call was spent on", () => {
  it.each<[string | null, string[] | null, string | null]>([
    ["generation", null, "generation"],
    ["generation/code", ["build"], "generation"],
    ["build/ios", ["generation"], "build"],
    ["chat", ["generation:7", "x"], "generation"],
    [null, ["build"], "build"],
    ["generations", ["building:1"], null],
    ["chat", null, null],
    [null, ["x"], "generation"],
    [null, null, "generation"],
  ])("of feature %s with tags %j is %s", (feature, tags, expected) => {
    expect(purposeOf(feature, tags)).toBe(expected);
  });

  it("brought nothing when its status says so", () => {
    const statuses = ["error", "failed", "timeout", "ok", "Error", undefined];
    const failed = statuses.map((status) => accept(status === undefined ? {} : { status }).failed);
    expect(failed).toEqual([true, true, true, false, false, false]);
  });
});
