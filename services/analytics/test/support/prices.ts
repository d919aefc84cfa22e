import { type Money, parseMoney } from "../../src/money.js";
import type { LongContextStep, NewPrice, Price, UnitPrices } from "../../src/pricing.js";

type Amount = number | string | null;
type Units = {
  input?: Amount;
  output?: Amount;
  cacheRead?: Amount;
  cacheWrite?: Amount;
  cacheWrite1h?: Amount;
};

/** Dollars a million tokens: input 3, output 15, no cache prices, unless a test says otherwise. */
export function units({ input = 3, output = 15, cacheRead, cacheWrite, cacheWrite1h }: Units = {}): UnitPrices {
  return {
    inputPerMillion: toMoney(input) ?? parseMoney("0"),
    outputPerMillion: toMoney(output) ?? parseMoney("0"),
    cacheReadPerMillion: toMoney(cacheRead ?? null),
    cacheWritePerMillion: toMoney(cacheWrite ?? null),
    cacheWrite1hPerMillion: toMoney(cacheWrite1h ?? null),
  };
}

/** A standard price of model `m` by `maker`, of all time. */
export function newPrice({
  steps = [],
  ...more
}: Units & { steps?: (Units & { above: number })[] } & Partial<NewPrice> = {}): NewPrice {
  const { input, output, cacheRead, cacheWrite, cacheWrite1h, ...fields } = more;
  const amounts: Units = {};
  for (const [name, value] of Object.entries({ input, output, cacheRead, cacheWrite, cacheWrite1h })) {
    if (value !== undefined) Object.assign(amounts, { [name]: value });
  }
  return {
    provider: "maker",
    model: "m",
    serviceTier: "standard",
    ...units(amounts),
    longContext: steps.map(({ above, ...step }): LongContextStep => ({ ...units(step), aboveInputTokens: above })),
    validFrom: Number.NEGATIVE_INFINITY,
    validTo: Number.POSITIVE_INFINITY,
    source: "brief",
    ...fields,
  };
}

export function price(
  more: Parameters<typeof newPrice>[0] & Partial<Pick<Price, "priceId" | "createdAt">> = {},
): Price {
  return { priceId: 1, createdAt: 0, ...newPrice(more) };
}

function toMoney(amount: Amount): Money | null {
  return amount === null ? null : parseMoney(String(amount));
}
