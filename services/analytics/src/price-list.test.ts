import { describe, expect, it } from "vitest";
import { price } from "../test/support/prices.js";
import { createPriceList, type PriceQuestion } from "./price-list.js";

const question: PriceQuestion = { provider: null, model: "m", serviceTier: null, at: 0 };

describe("a price list", () => {
  it("resolves a name exactly, never by prefix or case", () => {
    const list = createPriceList([price({ model: "claude-3-haiku-20240307" })]);
    expect(list.priceOf({ ...question, model: "claude-3-haiku-20240307" })).toBeDefined();
    for (const model of ["claude-3-haiku", "claude-3-haiku-20240307-v2", "CLAUDE-3-HAIKU-20240307", "", "__proto__"]) {
      expect(list.priceOf({ ...question, model })).toBeUndefined();
      expect(list.knows(model)).toBe(false);
    }
  });

  it("takes the price that holds at the time: from its start, until before its end", () => {
    const list = createPriceList([
      price({ priceId: 1, validTo: 100 }),
      price({ priceId: 2, validFrom: 100, validTo: 200 }),
    ]);
    expect([-1e15, 99, 100, 199].map((at) => list.priceOf({ ...question, at })?.priceId)).toEqual([1, 1, 2, 2]);
    expect(list.priceOf({ ...question, at: 200 })).toBeUndefined();
  });

  it("prefers an operator's price, then the brief's, then the newest package's, whenever they began", () => {
    const rows = [
      price({ priceId: 1, source: "genai-prices@0.1.8", createdAt: 1, validFrom: 50 }),
      price({ priceId: 2, source: "genai-prices@0.1.9", createdAt: 2, validFrom: 40 }),
      price({ priceId: 3, source: "brief", validTo: 60 }),
      price({ priceId: 4, source: "operator", validFrom: 10, validTo: 20 }),
    ];
    for (const prices of [rows, rows.toReversed()]) {
      const list = createPriceList(prices);
      expect([5, 15, 25, 70].map((at) => list.priceOf({ ...question, at })?.priceId)).toEqual([3, 4, 3, 2]);
    }
  });

  it("takes the provider's own price, then that of a name it calls the model by", () => {
    const list = createPriceList(
      [
        price({ priceId: 1, provider: "openai", model: "gpt" }),
        price({ priceId: 2, provider: "azure", model: "gpt" }),
        price({ priceId: 3, provider: "azure", model: "gpt-x" }),
      ],
      [
        { provider: "azure", alias: "gpt-dated", model: "gpt-x" },
        { provider: "openai", alias: "gpt-dated", model: "gpt" },
      ],
    );
    const idOf = (provider: string | null, model: string) => list.priceOf({ ...question, provider, model })?.priceId;
    expect([idOf("azure", "gpt"), idOf("openai", "gpt")]).toEqual([2, 1]);
    expect([idOf("azure", "gpt-dated"), idOf(null, "gpt-dated")]).toEqual([3, 1]);
    // A gateway's name: the model's maker's price.
    expect([idOf("gateway", "gpt"), idOf("gateway", "gpt-dated")]).toEqual([1, 1]);
  });

  it("takes the maker's price without a provider, the only one's, and none where several resell", () => {
    const list = createPriceList([
      price({ priceId: 1, provider: "openrouter", model: "claude" }),
      price({ priceId: 2, provider: "anthropic", model: "claude" }),
      price({ priceId: 3, provider: "google", model: "claude" }),
      price({ priceId: 4, provider: "groq", model: "llama" }),
      price({ priceId: 5, provider: "groq", model: "qwen" }),
      price({ priceId: 6, provider: "together", model: "qwen" }),
    ]);
    expect(["claude", "llama", "qwen"].map((model) => list.priceOf({ ...question, model })?.priceId)).toEqual([
      2,
      4,
      undefined,
    ]);
    expect(list.priceOf({ ...question, model: "qwen", provider: "together" })?.priceId).toBe(6);
  });

  it("takes a price for every provider where no better one of the provider is", () => {
    const list = createPriceList([
      price({ priceId: 1, provider: "groq", model: "qwen", source: "genai-prices@0.1.8" }),
      price({ priceId: 2, provider: "together", model: "qwen", source: "operator" }),
      price({ priceId: 3, provider: "", model: "qwen", source: "operator" }),
    ]);
    const idOf = (provider: string | null) => list.priceOf({ ...question, model: "qwen", provider })?.priceId;
    expect([idOf("groq"), idOf("together"), idOf(null), idOf("new")]).toEqual([3, 2, 3, 3]);
  });

  it("takes the call's service tier, else the standard price", () => {
    const list = createPriceList([
      price({ priceId: 1, source: "operator" }),
      price({ priceId: 2, serviceTier: "batch" }),
    ]);
    const idOf = (serviceTier: PriceQuestion["serviceTier"]) => list.priceOf({ ...question, serviceTier })?.priceId;
    expect([idOf(null), idOf("standard"), idOf("batch"), idOf("priority")]).toEqual([1, 1, 2, 1]);
  });
});
