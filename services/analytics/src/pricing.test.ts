import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { moneyToNumber, moneyToText, parseMoney } from "./money.js";
import { createPriceList, listPrices, MODEL_PRICING, type Price, priceCall } from "./pricing.js";

function price(more: Partial<Price> = {}): Price {
  return {
    priceId: 1,
    model: "m",
    inputPerMillion: parseMoney("3"),
    outputPerMillion: parseMoney("15"),
    validFrom: -Infinity,
    validTo: Infinity,
    ...more,
  };
}

describe("list prices", () => {
  it("are exactly the brief's three models and prices", () => {
    const prices = Object.entries(MODEL_PRICING).map(([model, { input, output }]) => [
      model,
      Number(input),
      Number(output),
    ]);
    expect(prices).toEqual([
      ["claude-3-opus-20240229", 15, 75],
      ["claude-3-sonnet-20240229", 3, 15],
      ["claude-3-haiku-20240307", 0.25, 1.25],
    ]);
    expect(listPrices().map(({ model, inputPerMillion }) => [model, moneyToText(inputPerMillion)])).toEqual([
      ["claude-3-opus-20240229", "15"],
      ["claude-3-sonnet-20240229", "3"],
      ["claude-3-haiku-20240307", "0.25"],
    ]);
  });
});

describe("price list", () => {
  it("resolves a name exactly, never by prefix or case", () => {
    const list = createPriceList([price({ model: "claude-3-haiku-20240307" })]);
    expect(list.priceAt("claude-3-haiku-20240307", 0)).toBeDefined();
    for (const name of ["claude-3-haiku", "claude-3-haiku-20240307-v2", "CLAUDE-3-HAIKU-20240307", "", "__proto__"]) {
      expect(list.priceAt(name, 0)).toBeUndefined();
    }
  });

  it("takes the price that holds at the time: from its start, until before its end", () => {
    const list = createPriceList([
      price({ priceId: 1, validTo: 100 }),
      price({ priceId: 2, validFrom: 100, validTo: 200 }),
    ]);
    expect([-1e15, 99, 100, 199].map((at) => list.priceAt("m", at)?.priceId)).toEqual([1, 1, 2, 2]);
    expect(list.priceAt("m", 200)).toBeUndefined();
  });

  it("prefers the price that began later, then the one entered later", () => {
    const rows = [price({ priceId: 1 }), price({ priceId: 2 }), price({ priceId: 3, validFrom: 50 })];
    for (const prices of [rows, rows.toReversed()]) {
      const list = createPriceList(prices);
      expect([0, 60].map((at) => list.priceAt("m", at)?.priceId)).toEqual([2, 3]);
    }
  });
});

describe("the cost of a call", () => {
  it("is the brief's formula", () => {
    const { inputCost, outputCost, totalCost } = priceCall({ inputTokens: 1_500, outputTokens: 3_000 }, price());
    expect([inputCost, outputCost, totalCost].map(moneyToNumber)).toEqual([0.0045, 0.045, 0.0495]);
  });

  it("has no float dust where floats have it", () => {
    const haiku = price({ inputPerMillion: parseMoney("0.1"), outputPerMillion: parseMoney("0.2") });
    expect(moneyToText(priceCall({ inputTokens: 1_000_000, outputTokens: 1_000_000 }, haiku).totalCost)).toBe("0.3");
  });

  it("is exact for every count and price, by whole numbers of 10^-12 dollars", () => {
    const count = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    const microDollars = fc.integer({ min: 0, max: 1_000_000_000 });
    fc.assert(
      fc.property(count, count, microDollars, microDollars, (inputTokens, outputTokens, input, output) => {
        const costs = priceCall(
          { inputTokens, outputTokens },
          price({ inputPerMillion: fromMicro(input), outputPerMillion: fromMicro(output) }),
        );
        const expected = BigInt(inputTokens) * BigInt(input) + BigInt(outputTokens) * BigInt(output);
        expect(BigInt(costs.totalCost.times("1000000000000").toFixed())).toBe(expected);
      }),
    );
  });
});

function fromMicro(microDollars: number) {
  return parseMoney(String(microDollars)).times("0.000001");
}
