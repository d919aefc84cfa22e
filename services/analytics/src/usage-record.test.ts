import type { UsageRecordInput } from "@mobigen/analytics-contract";
import { describe, expect, it } from "vitest";
import { moneyToText, parseMoney } from "./money.js";
import { createPriceList } from "./pricing.js";
import { acceptUsage } from "./usage-record.js";

const now = Date.parse("2026-06-15T12:00:00Z");
const call: UsageRecordInput = {
  userId: "u",
  model: "m",
  inputTokens: 1_000_000,
  outputTokens: 2_000_000,
  requestId: "r",
};
const prices = createPriceList([
  {
    priceId: 1,
    model: "m",
    inputPerMillion: parseMoney("1"),
    outputPerMillion: parseMoney("2"),
    validFrom: -Infinity,
    validTo: now,
  },
  {
    priceId: 2,
    model: "m",
    inputPerMillion: parseMoney("10"),
    outputPerMillion: parseMoney("20"),
    validFrom: now,
    validTo: Infinity,
  },
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
