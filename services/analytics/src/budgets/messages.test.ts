import { describe, expect, it } from "vitest";
import { parseMoney } from "../money.js";
import type { BudgetCrossing, BudgetRow } from "../stores/budget-store.js";
import { messagesOf } from "./messages.js";

const budget: BudgetRow = {
  budgetKey: 1,
  id: "3d6a9b0e-8f1c-4b57-a1a5-5f0e5f7b2c11",
  name: null,
  scope: "platform",
  scopeId: null,
  period: "week",
  timezone: "Europe/Berlin",
  limit: parseMoney("0.01"),
  mode: "soft",
  thresholds: [80],
  channels: [{ type: "email", to: "a@example.com" }],
  countedFrom: 0,
  createdAt: new Date(0),
  updatedAt: new Date(0),
};
const alert: BudgetCrossing = {
  budgetKey: 1,
  // A week in which Berlin's clocks go forward.
  window: { from: Date.parse("2026-03-22T23:00:00Z"), to: Date.parse("2026-03-29T22:00:00Z") },
  threshold: 80,
  spent: parseMoney("0.0081234567"),
  limit: parseMoney("0.01"),
  at: new Date("2026-03-25T12:00:00Z"),
};

function mailOf(more: Partial<BudgetRow>, spent = alert.spent) {
  const [message] = messagesOf({ ...budget, ...more }, { ...alert, spent }, "https://analytics.example.com");
  if (message?.kind !== "mail") throw new Error("an email channel is told by mail");
  return message;
}

describe("what a channel is told of a threshold", () => {
  it("says how much of what, when and where, in the budget's time zone", () => {
    const { payload, dedupeKey } = mailOf({});
    expect(payload.to).toBe("a@example.com");
    expect(payload.subject).toBe("Budget of the platform: 80 % reached, $0.008123 of $0.01 this week");
    expect(payload.text).toContain("Period  2026-03-23 00:00 to 2026-03-30 00:00 (Europe/Berlin)");
    expect(payload.text).toContain("https://analytics.example.com/budgets/3d6a9b0e");
    expect(payload.text).toContain("It is a soft budget: calls go on.");
    expect(dedupeKey).toMatch(/^budget-alert\/3d6a9b0e-.*\/2026-03-22T23:00:00\.000Z\/80\/email\/[\w-]{22}$/);
  });

  it("says of a hard budget whether calls are denied by now", () => {
    expect(mailOf({ mode: "hard" }).payload.text).toContain("once it is used up");
    expect(mailOf({ mode: "hard" }, parseMoney("0.01")).payload.text).toContain("further calls are denied");
  });

  it("groups thousands and rounds to cents", () => {
    expect(mailOf({ name: "All" }, parseMoney("1234567.894999")).payload.subject).toBe(
      'Budget "All": 80 % reached, $1,234,567.89 of $0.01 this week',
    );
  });

  it("is one message a channel, each with a key of its own", () => {
    const channels = [
      { type: "log" },
      { type: "email", to: "a@example.com" },
      { type: "email", to: "b@example.com" },
      { type: "webhook", url: `https://example.com/${"x".repeat(1_900)}`, secret: "whsec_AA==" },
    ] as const;
    const keys = messagesOf({ ...budget, channels }, alert, "").map(({ dedupeKey }) => dedupeKey);
    expect(new Set(keys).size).toBe(4);
    for (const key of keys) expect(key.length).toBeLessThan(200);
  });
});
