import { costOfTokens, type Money, parseMoney } from "./money.js";

/** List prices in US dollars a million tokens, as exact decimals. They are what `model_price` is seeded with. */
export const MODEL_PRICING = {
  "claude-3-opus-20240229": { provider: "anthropic", input: "15.00", output: "75.00" },
  "claude-3-sonnet-20240229": { provider: "anthropic", input: "3.00", output: "15.00" },
  "claude-3-haiku-20240307": { provider: "anthropic", input: "0.25", output: "1.25" },
} as const satisfies Record<string, { provider: string; input: string; output: string }>;

/** What a model costs while the price holds: from `validFrom`, until before `validTo` (milliseconds, may be infinite). */
export type Price = {
  priceId: number;
  model: string;
  inputPerMillion: Money;
  outputPerMillion: Money;
  validFrom: number;
  validTo: number;
};

export type NewPrice = {
  provider: string;
  model: string;
  inputPerMillion: Money;
  outputPerMillion: Money;
  source: string;
};

/** The tokens of one call that have a price. */
export type PricedUsage = { inputTokens: number; outputTokens: number };

export type CallCosts = { inputCost: Money; outputCost: Money; totalCost: Money };

/** Finds the price of a model at an instant (milliseconds). */
export type PriceList = { priceAt(model: string, at: number): Price | undefined };

/** The prices of `MODEL_PRICING`, valid for ever, as rows to be seeded. */
export function listPrices(): NewPrice[] {
  return Object.entries(MODEL_PRICING).map(([model, { provider, input, output }]) => ({
    provider,
    model,
    inputPerMillion: parseMoney(input),
    outputPerMillion: parseMoney(output),
    source: "list",
  }));
}

/**
 * A price list over rows in any order. A name resolves exactly or not at all: `claude-3-haiku` is no
 * `claude-3-haiku-20240307`. Where two prices hold, the one that began later wins, then the one entered later.
 */
export function createPriceList(prices: readonly Price[]): PriceList {
  const byModel = new Map<string, Price[]>();
  const bestFirst = [...prices].sort((a, b) => compare(b.validFrom, a.validFrom) || b.priceId - a.priceId);
  for (const price of bestFirst) byModel.set(price.model, [...(byModel.get(price.model) ?? []), price]);
  return {
    priceAt: (model, at) => byModel.get(model)?.find((price) => price.validFrom <= at && at < price.validTo),
  };
}

/** What a call costs, in US dollars, exact: tokens / 1,000,000 × price, for input and output. */
export function priceCall(usage: PricedUsage, price: Price): CallCosts {
  const inputCost = costOfTokens(usage.inputTokens, price.inputPerMillion);
  const outputCost = costOfTokens(usage.outputTokens, price.outputPerMillion);
  return { inputCost, outputCost, totalCost: inputCost.plus(outputCost) };
}

// The difference of two infinities is no number.
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
