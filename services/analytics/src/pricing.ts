import type { serviceTiers } from "@mobigen/analytics-contract";
import { costOfTokens, type Money, parseMoney, zeroMoney } from "./money.js";

/**
 * The prices that the service starts with, in US dollars a million tokens, as exact decimals. They win over those of the price
 * package; cache prices are the vendor's.
 */
export const MODEL_PRICING = {
  "claude-3-opus-20240229": {
    provider: "anthropic",
    input: "15.00",
    output: "75.00",
    cacheRead: "1.50",
    cacheWrite: "18.75",
    cacheWrite1h: "30.00",
  },
  "claude-3-sonnet-20240229": {
    provider: "anthropic",
    input: "3.00",
    output: "15.00",
    cacheRead: "0.30",
    cacheWrite: "3.75",
    cacheWrite1h: "6.00",
  },
  "claude-3-haiku-20240307": {
    provider: "anthropic",
    input: "0.25",
    output: "1.25",
    cacheRead: "0.03",
    cacheWrite: "0.30",
    cacheWrite1h: "0.50",
  },
} as const satisfies Record<
  string,
  Record<"provider" | "input" | "output" | "cacheRead" | "cacheWrite" | "cacheWrite1h", string>
>;

export type ServiceTier = (typeof serviceTiers)[number];

/** Dollars a million tokens of each class. A cache price is null where it is not known. */
export type UnitPrices = {
  inputPerMillion: Money;
  outputPerMillion: Money;
  cacheReadPerMillion: Money | null;
  cacheWritePerMillion: Money | null;
  cacheWrite1hPerMillion: Money | null;
};

/** What a whole call costs when it has more input tokens than `aboveInputTokens`. */
export type LongContextStep = UnitPrices & { aboveInputTokens: number };

/** Times are milliseconds and may be infinite; a price holds from `validFrom` until before `validTo`. */
export type NewPrice = UnitPrices & {
  /** '' where it holds for every provider. */
  provider: string;
  model: string;
  serviceTier: ServiceTier;
  /** Ascending. */
  longContext: readonly LongContextStep[];
  validFrom: number;
  validTo: number;
  /** `operator`, `brief`, or a package with its version. */
  source: string;
};

export type Price = NewPrice & { priceId: number; createdAt: number };

/** The tokens of one call by what they cost. Input includes what was read from and written to a cache. */
export type PricedUsage = {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  /** Of the tokens written, those kept for an hour. */
  cacheWrite1hTokens: number;
};

/** Exact; `cacheCost` is a part of `inputCost`. */
export type CallCosts = { inputCost: Money; outputCost: Money; cacheCost: Money };

export type CallPart = {
  part: "input" | "cacheRead" | "cacheWrite" | "cacheWrite1h" | "output";
  tokens: number;
  perMillion: Money;
  cost: Money;
  /** The price stands in for the part's own, which is not known. */
  estimated: boolean;
};

/** In what the price of a call is not its own. */
export type Estimate = "provider" | "service_tier" | "cache";

/** `MODEL_PRICING`, valid for ever, as rows. */
export function briefPrices(): NewPrice[] {
  return Object.entries(MODEL_PRICING).map(([model, price]) => ({
    provider: price.provider,
    model,
    serviceTier: "standard",
    inputPerMillion: parseMoney(price.input),
    outputPerMillion: parseMoney(price.output),
    cacheReadPerMillion: parseMoney(price.cacheRead),
    cacheWritePerMillion: parseMoney(price.cacheWrite),
    cacheWrite1hPerMillion: parseMoney(price.cacheWrite1h),
    longContext: [],
    validFrom: Number.NEGATIVE_INFINITY,
    validTo: Number.POSITIVE_INFINITY,
    source: "brief",
  }));
}

/** The prices of a call with so many input tokens: the highest long-context step below it, else the price itself. */
export function stepOf(price: NewPrice, inputTokens: number): UnitPrices & { aboveInputTokens: number | null } {
  const step = price.longContext.findLast((candidate) => inputTokens > candidate.aboveInputTokens);
  return step ?? { ...price, aboveInputTokens: null };
}

/**
 * What a call costs, in US dollars, exact; no token is counted twice:
 * (input − read − write) × input price + read × read price + write × write price + output × output price, each by a million.
 * For a cache price that is not known see `unitPriceOf`.
 */
export function priceCall(usage: PricedUsage, price: NewPrice): CallCosts {
  const step = price.longContext.length === 0 ? price : stepOf(price, usage.inputTokens);
  const { inputTokens, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens } = usage;
  let cacheCost = zeroMoney;
  // Most calls have no cached tokens.
  if (cacheReadTokens > 0) cacheCost = costOfTokens(cacheReadTokens, unitPriceOf(step, "cacheRead"));
  if (cacheWriteTokens > 0) {
    const shortLived = cacheWriteTokens - cacheWrite1hTokens;
    cacheCost = cacheCost
      .plus(costOfTokens(shortLived, unitPriceOf(step, "cacheWrite")))
      .plus(costOfTokens(cacheWrite1hTokens, unitPriceOf(step, "cacheWrite1h")));
  }
  const uncached = costOfTokens(inputTokens - cacheReadTokens - cacheWriteTokens, step.inputPerMillion);
  return {
    inputCost: uncached.plus(cacheCost),
    outputCost: costOfTokens(usage.outputTokens, step.outputPerMillion),
    cacheCost,
  };
}

/** The same, part by part, without parts that have no tokens (input and output are always there). */
export function partsOf(usage: PricedUsage, price: NewPrice): CallPart[] {
  const step = stepOf(price, usage.inputTokens);
  const { cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens } = usage;
  const tokens: Record<CallPart["part"], number> = {
    input: usage.inputTokens - cacheReadTokens - cacheWriteTokens,
    cacheRead: cacheReadTokens,
    cacheWrite: cacheWriteTokens - cacheWrite1hTokens,
    cacheWrite1h: cacheWrite1hTokens,
    output: usage.outputTokens,
  };
  return partNames
    .filter((part) => tokens[part] > 0 || part === "input" || part === "output")
    .map((part) => ({
      part,
      tokens: tokens[part],
      perMillion: unitPriceOf(step, part),
      cost: costOfTokens(tokens[part], unitPriceOf(step, part)),
      estimated: step[fieldOf[part]] === null,
    }));
}

/** In what a price is not the call's own: empty for most. `provider` is as it was sent. */
export function estimatesOf(
  call: PricedUsage & { provider: string | null; serviceTier: ServiceTier | null },
  price: NewPrice,
): Estimate[] {
  const estimates: Estimate[] = [];
  if (call.provider !== null && price.provider !== "" && call.provider.toLowerCase() !== price.provider) {
    estimates.push("provider");
  }
  if ((call.serviceTier ?? "standard") !== price.serviceTier) estimates.push("service_tier");
  if (call.cacheReadTokens > 0 || call.cacheWriteTokens > 0) {
    if (partsOf(call, price).some((part) => part.estimated)) estimates.push("cache");
  }
  return estimates;
}

const partNames = ["input", "cacheRead", "cacheWrite", "cacheWrite1h", "output"] as const;

const fieldOf = {
  input: "inputPerMillion",
  cacheRead: "cacheReadPerMillion",
  cacheWrite: "cacheWritePerMillion",
  cacheWrite1h: "cacheWrite1hPerMillion",
  output: "outputPerMillion",
} as const satisfies Record<CallPart["part"], keyof UnitPrices>;

// Where a vendor names no cache price, cached tokens are billed as any other input; a write for an hour at least as one for minutes.
function unitPriceOf(step: UnitPrices, part: CallPart["part"]): Money {
  const own = step[fieldOf[part]];
  if (own !== null) return own;
  return part === "cacheWrite1h" ? (step.cacheWritePerMillion ?? step.inputPerMillion) : step.inputPerMillion;
}
