import { createHash } from "node:crypto";

/** Chance that repeats: the same seed draws the same numbers on every machine. */
export type Random = {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number, both ends included. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** By weight; weights need not add up to 1. */
  weighted<Item>(items: readonly (readonly [Item, number])[]): Item;
  /** Around a median; sigma 0.5 keeps two thirds between 0.6 and 1.65 times the median. */
  logNormal(median: number, sigma: number): number;
  /** How often a thing happens that happens `mean` times on average. */
  poisson(mean: number): number;
  /** A random UUID (version 4). */
  uuid(): string;
};

/** sfc32 (Chris Doty-Humphrey's PractRand): 128 bits of state, so that streams of different seeds never meet in practice. */
export function createRandom(seed: string): Random {
  const digest = createHash("sha256").update(seed).digest();
  let [a, b, c, counter] = [
    digest.readInt32LE(0),
    digest.readInt32LE(4),
    digest.readInt32LE(8),
    digest.readInt32LE(12),
  ];

  function bits(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  }

  const next = (): number => bits() / 2 ** 32;
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));

  function weighted<Item>(items: readonly (readonly [Item, number])[]): Item {
    let left = next() * items.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [item, weight] of items) {
      left -= weight;
      if (left < 0) return item;
    }
    return last(items)[0];
  }

  function normal(): number {
    // Box and Muller; 1 - next() is never 0.
    return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  }

  function poisson(mean: number): number {
    if (mean <= 0) return 0;
    // Past some dozens the normal distribution is as good, and takes one draw.
    if (mean > 40) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = next(); product > limit; product *= next()) count += 1;
    return count;
  }

  function uuid(): string {
    const hex = [bits(), bits(), bits(), bits()].map((word) => word.toString(16).padStart(8, "0")).join("");
    const variant = "89ab".charAt(Number.parseInt(hex.charAt(16), 16) & 3);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (items) => items[int(0, items.length - 1)] ?? last(items),
    weighted,
    logNormal: (median, sigma) => median * Math.exp(sigma * normal()),
    poisson,
    uuid,
  };
}

function last<Item>(items: readonly Item[]): Item {
  const item = items.at(-1);
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}
