import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { price } from "../test/support/prices.js";
import { type Money, moneyToNumber, moneyToText, parseMoney, sumMoney } from "./money.js";
import { briefPrices, estimatesOf, MODEL_PRICING, type Price, partsOf, priceCall, type UnitPrices } from "./pricing.js";
import { tokensOf } from "./usage-record.js";

const noCache = { cacheReadTokens: 0, cacheWriteTokens: 0, cacheWrite1hTokens: 0 };

describe("the brief's prices", () => {
  it("are exactly its three models and prices, of all time", () => {
    expect(
      Object.entries(MODEL_PRICING).map(([model, { input, output }]) => [model, Number(input), Number(output)]),
    ).toEqual([
      ["claude-3-opus-20240229", 15, 75],
      ["claude-3-sonnet-20240229", 3, 15],
      ["claude-3-haiku-20240307", 0.25, 1.25],
    ]);
    for (const { model, inputPerMillion, outputPerMillion, validFrom, validTo, longContext } of briefPrices()) {
      const { input, output } = MODEL_PRICING[model as keyof typeof MODEL_PRICING];
      expect([moneyToNumber(inputPerMillion), moneyToNumber(outputPerMillion)]).toEqual([
        Number(input),
        Number(output),
      ]);
      expect([validFrom, validTo, longContext]).toEqual([-Infinity, Infinity, []]);
    }
  });
});

describe("the cost of a call", () => {
  it("is the brief's formula", () => {
    const { inputCost, outputCost } = priceCall({ ...noCache, inputTokens: 1_500, outputTokens: 3_000 }, price());
    expect([inputCost, outputCost, inputCost.plus(outputCost)].map(moneyToNumber)).toEqual([0.0045, 0.045, 0.0495]);
  });

  it("has no float dust where floats have it", () => {
    const dusty = price({ input: "0.1", output: "0.2" });
    const { inputCost, outputCost } = priceCall({ ...noCache, inputTokens: 1_000_000, outputTokens: 1_000_000 }, dusty);
    expect(moneyToText(inputCost.plus(outputCost))).toBe("0.3");
  });

  it("counts every token once: cached ones by their own price, inside the input", () => {
    const cached = price({ cacheRead: "0.3", cacheWrite: "3.75", cacheWrite1h: 6 });
    const usage = {
      inputTokens: 1_000_000,
      outputTokens: 0,
      cacheReadTokens: 500_000,
      cacheWriteTokens: 300_000,
      cacheWrite1hTokens: 100_000,
    };
    // 200,000 × 3 + 500,000 × 0.3 + 200,000 × 3.75 + 100,000 × 6, a million each.
    expect(moneyToText(priceCall(usage, cached).inputCost)).toBe("2.1");
    expect(moneyToText(priceCall(usage, cached).cacheCost)).toBe("1.5");
    expect(partsOf(usage, cached).map(({ part, tokens, cost }) => [part, tokens, moneyToNumber(cost)])).toEqual([
      ["input", 200_000, 0.6],
      ["cacheRead", 500_000, 0.15],
      ["cacheWrite", 200_000, 0.75],
      ["cacheWrite1h", 100_000, 0.6],
      ["output", 0, 0],
    ]);
  });

  it("takes the input price for a cache price that is not known, and says so", () => {
    const usage = {
      inputTokens: 100,
      outputTokens: 0,
      cacheReadTokens: 60,
      cacheWriteTokens: 40,
      cacheWrite1hTokens: 10,
    };
    const call = { ...usage, provider: null, serviceTier: null };
    expect(moneyToText(priceCall(usage, price({ input: 10 })).inputCost)).toBe("0.001");
    expect(estimatesOf(call, price())).toEqual(["cache"]);
    expect(estimatesOf(call, price({ cacheRead: 1, cacheWrite: 1 }))).toEqual(["cache"]);
    expect(estimatesOf(call, price({ cacheRead: 1, cacheWrite: 1, cacheWrite1h: 1 }))).toEqual([]);
    // An hour costs no less than five minutes.
    expect(moneyToText(priceCall(usage, price({ cacheRead: 0, cacheWrite: 100 })).cacheCost)).toBe("0.004");
  });

  it("is the long-context step's as a whole, from the first token above its bound", () => {
    const tiered = price({
      cacheRead: 1,
      steps: [
        { above: 200, input: 6, output: 22, cacheRead: 2 },
        { above: 1_000, input: 9, output: 33 },
      ],
    });
    const costOf = (inputTokens: number) => {
      const { inputCost, outputCost } = priceCall({ ...noCache, inputTokens, outputTokens: 10 }, tiered);
      return [inputCost, outputCost].map((cost) => moneyToNumber(cost.times(1_000_000)));
    };
    expect(costOf(200)).toEqual([600, 150]);
    expect(costOf(201)).toEqual([1_206, 220]);
    expect(costOf(1_001)).toEqual([9_009, 330]);
    const parts = partsOf({ ...noCache, inputTokens: 300, outputTokens: 0, cacheReadTokens: 100 }, tiered);
    expect(parts.map(({ part, perMillion }) => [part, moneyToNumber(perMillion)])).toEqual([
      ["input", 6],
      ["cacheRead", 2],
      ["output", 22],
    ]);
  });

  it("says when the price is another provider's or another tier's", () => {
    const call = { ...noCache, inputTokens: 1, outputTokens: 1, provider: "azure", serviceTier: "batch" as const };
    expect(estimatesOf(call, price({ provider: "openai" }))).toEqual(["provider", "service_tier"]);
    expect(estimatesOf(call, price({ provider: "", serviceTier: "batch" }))).toEqual([]);
    expect(estimatesOf({ ...call, provider: "OpenAI" }, price({ provider: "openai", serviceTier: "batch" }))).toEqual(
      [],
    );
  });
});

describe("money, against an oracle in whole numbers", () => {
  const cases = 100_000;

  it(`differs nowhere in ${cases} random calls and prices`, () => {
    const count = fc.oneof(fc.nat(2_000), fc.nat(2_000_000), fc.integer({ min: 0, max: 1_000_000_000_000 }));
    // Millionths of a dollar a million tokens.
    const amount = fc.oneof(fc.nat(100_000_000), fc.nat(1_000_000_000_000));
    const optional = fc.option(amount, { nil: null });
    const unit = fc.record({
      input: amount,
      output: amount,
      cacheRead: optional,
      cacheWrite: optional,
      cacheWrite1h: optional,
    });
    const usage = fc
      .tuple(count, count, fc.nat(1_000), fc.nat(1_000), fc.nat(1_000), fc.boolean())
      .map(([inputTokens, outputTokens, read, write, hour, exclusive]) => {
        const cacheReadTokens = part(inputTokens, read);
        const cacheWriteTokens = part(inputTokens - cacheReadTokens, write);
        const cacheWrite1hTokens = part(cacheWriteTokens, hour);
        const cached = exclusive ? cacheReadTokens + cacheWriteTokens : 0;
        const sent = { inputTokens: inputTokens - cached, inputTokensExcludeCache: exclusive };
        return { ...sent, outputTokens, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens };
      });
    const steps = fc.uniqueArray(fc.record({ above: fc.nat(3_000_000), unit }), {
      maxLength: 2,
      selector: ({ above }) => above,
    });
    let seen = 0;
    let total = parseMoney("0");
    let expectedTotal = 0n;
    fc.assert(
      fc.property(usage, unit, steps, (sent, base, more) => {
        const sorted = more.toSorted((a, b) => a.above - b.above);
        const call = tokensOf({ userId: "u", model: "m", ...sent });
        const row = priceOf(base, sorted);
        const { inputCost, outputCost, cacheCost } = priceCall(call, row);
        const expected = oracle(call, sorted.findLast(({ above }) => call.inputTokens > above)?.unit ?? base);
        seen += 1;
        total = total.plus(inputCost).plus(outputCost);
        expectedTotal += expected.input + expected.output;
        if (toPico(inputCost) !== expected.input) return false;
        if (toPico(outputCost) !== expected.output || toPico(cacheCost) !== expected.cache) return false;
        const parts = partsOf(call, row);
        const tokens = parts.reduce((sum, { tokens }) => sum + tokens, 0);
        return (
          toPico(sumMoney(parts.map(({ cost }) => cost))) === expected.input + expected.output &&
          tokens === call.inputTokens + call.outputTokens
        );
      }),
      { numRuns: cases },
    );
    expect(seen).toBe(cases);
    expect(toPico(total)).toBe(expectedTotal);
  }, 60_000);
});

type MicroUnits = {
  input: number;
  output: number;
  cacheRead: number | null;
  cacheWrite: number | null;
  cacheWrite1h: number | null;
};

function part(whole: number, permille: number): number {
  return Number((BigInt(whole) * BigInt(permille)) / 1_000n);
}

// Straight from the words of docs/API.md, in 10^-12 dollars.
function oracle(call: ReturnType<typeof tokensOf>, unit: MicroUnits): { input: bigint; output: bigint; cache: bigint } {
  const [input, output] = [BigInt(unit.input), BigInt(unit.output)];
  const read = BigInt(unit.cacheRead ?? unit.input);
  const write = BigInt(unit.cacheWrite ?? unit.input);
  const hour = BigInt(unit.cacheWrite1h ?? unit.cacheWrite ?? unit.input);
  const [cacheRead, cacheWrite, anHour] = [call.cacheReadTokens, call.cacheWriteTokens, call.cacheWrite1hTokens].map(
    BigInt,
  ) as [bigint, bigint, bigint];
  const cache = cacheRead * read + (cacheWrite - anHour) * write + anHour * hour;
  const uncached = BigInt(call.inputTokens) - cacheRead - cacheWrite;
  return { input: uncached * input + cache, output: BigInt(call.outputTokens) * output, cache };
}

function toPico(amount: Money): bigint {
  return BigInt(amount.times("1000000000000").toFixed());
}

function priceOf(base: MicroUnits, steps: readonly { above: number; unit: MicroUnits }[]): Price {
  return {
    ...price(),
    ...toUnits(base),
    longContext: steps.map(({ above, unit }) => ({ ...toUnits(unit), aboveInputTokens: above })),
  };
}

function toUnits(unit: MicroUnits): UnitPrices {
  const toMoney = (micro: number) => parseMoney(String(micro)).times("0.000001");
  const optional = (micro: number | null) => (micro === null ? null : toMoney(micro));
  return {
    inputPerMillion: toMoney(unit.input),
    outputPerMillion: toMoney(unit.output),
    cacheReadPerMillion: optional(unit.cacheRead),
    cacheWritePerMillion: optional(unit.cacheWrite),
    cacheWrite1hPerMillion: optional(unit.cacheWrite1h),
  };
}
