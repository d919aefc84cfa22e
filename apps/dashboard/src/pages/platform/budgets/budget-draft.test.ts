import { expect, it } from "vitest";
import { bodyOf, draftOf } from "./budget-draft";

it("reads what is typed: thresholds between anything, receivers a line each, the limit digit by digit", () => {
  const draft = {
    ...draftOf(undefined, "Europe/Berlin"),
    ...{ name: "  ", limit: " 0.10000000000000000001 ", thresholds: "50%, 80;100 120", log: false },
    receivers: "ops@example.com\nhttps://example.com/hook\n",
  };
  expect(bodyOf(draft)).toEqual({
    ...{ scope: "platform", period: "month", timezone: "Europe/Berlin", name: null, mode: "soft" },
    limit: "0.10000000000000000001",
    thresholds: [50, 80, 100, 120],
    channels: [
      { type: "email", to: "ops@example.com" },
      { type: "webhook", url: "https://example.com/hook" },
    ],
  });
});

it("names whom a budget is of, except of the platform", () => {
  const draft = { ...draftOf(undefined, "UTC"), scope: "project" as const, scopeId: " shop ", limit: "5" };
  expect(bodyOf(draft)).toMatchObject({ scope: "project", scopeId: "shop", channels: [{ type: "log" }] });
});
