import Big from "big.js";

/** An exact amount of US dollars. Amounts add up to the last digit; none is ever a float. */
export type Money = Big;

export const zeroMoney: Money = new Big(0);

/** Reads an exact decimal as PostgreSQL's numeric prints it. Throws on anything else. */
export function parseMoney(text: string): Money {
  return new Big(text);
}

/** `tokens` at `perMillion` dollars a million: exact, for a division by 10^6 only moves the point. */
export function costOfTokens(tokens: number, perMillion: Money): Money {
  return perMillion.times(tokens).times("0.000001");
}

export function sumMoney(amounts: Iterable<Money>): Money {
  let sum = zeroMoney;
  for (const amount of amounts) sum = sum.plus(amount);
  return sum;
}

/** The JSON number nearest to the amount: prints without float dust up to 15 significant digits. */
export function moneyToNumber(amount: Money): number {
  return Number(amount.toString());
}

/** Plain digits, never an exponent: what SQL's numeric takes. */
export function moneyToText(amount: Money): string {
  return amount.toFixed();
}
