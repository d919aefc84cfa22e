import type { Price, ServiceTier } from "./pricing.js";

/** Another exact name of a provider's model. */
export type ModelAlias = { provider: string; alias: string; model: string };

export type PriceQuestion = {
  /** As it was sent, or null. */
  provider: string | null;
  model: string;
  serviceTier: ServiceTier | null;
  /** Milliseconds. */
  at: number;
};

/** Finds the price of a call: undefined when none is known. */
export type PriceList = {
  priceOf(question: PriceQuestion): Price | undefined;
  /** False when no call of this name could have a price, at whatever time and of whatever provider. */
  knows(model: string): boolean;
};

/**
 * Who makes models, before who resells them too: whose price a model has that several list, when the call names no provider.
 */
const makers = [
  "anthropic",
  "openai",
  "deepseek",
  "x-ai",
  "cohere",
  "moonshotai",
  "minimax",
  "zhipuai",
  "zai",
  "voyageai",
  "perplexity",
  "arcee",
  "mistral",
  "google",
];

/**
 * A price list over rows in any order. A name resolves exactly or not at all (`claude-3-haiku` is no `claude-3-haiku-20240307`):
 *
 * 1. the provider's model of that name, then the provider's alias;
 * 2. the model of that name: of the only provider that lists it, else of the first of `makers`, else none;
 * 3. the alias, likewise.
 *
 * Of prices that hold at the time, those of the call's service tier before standard ones; of these an operator's, then the
 * brief's, then the latest package's. A price for every provider stands behind the provider's own of the same source.
 */
export function createPriceList(prices: readonly Price[], aliases: readonly ModelAlias[] = []): PriceList {
  const rows = groupByName(prices);
  const models = new Map<string, Map<string, string>>();
  for (const { provider, alias, model } of aliases) getOrAdd(models, alias).set(provider, model);

  function* candidates(provider: string | null, name: string): Generator<readonly Price[]> {
    const own = rows.get(name);
    const other = models.get(name);
    if (provider !== null) {
      if (own?.byProvider.has(provider)) yield own.byProvider.get(provider) ?? [];
      const model = other?.get(provider);
      if (model !== undefined) yield rows.get(model)?.byProvider.get(provider) ?? [];
    }
    if (own !== undefined) yield own.ofMaker;
    const maker = other === undefined ? undefined : makerOf([...other.keys()]);
    const model = maker === undefined ? undefined : other?.get(maker);
    if (maker !== undefined && model !== undefined) yield rows.get(model)?.byProvider.get(maker) ?? [];
  }

  return {
    knows: (model) => rows.has(model) || models.has(model),
    priceOf({ provider, model, serviceTier, at }) {
      for (const tier of serviceTier === null || serviceTier === "standard" ? standard : [serviceTier, ...standard]) {
        for (const list of candidates(provider, model)) {
          const price = list.find((row) => row.validFrom <= at && at < row.validTo && row.serviceTier === tier);
          if (price !== undefined) return price;
        }
      }
      return undefined;
    },
  };
}

const standard: readonly ServiceTier[] = ["standard"];

/** The rows of one name, best first, those for every provider among them. */
type NamedRows = { byProvider: Map<string, readonly Price[]>; ofMaker: readonly Price[] };

function groupByName(prices: readonly Price[]): Map<string, NamedRows> {
  const byName = new Map<string, Map<string, Price[]>>();
  for (const price of [...prices].sort(bestFirst)) {
    const byProvider = getOrAdd(byName, price.model);
    byProvider.set(price.provider, [...(byProvider.get(price.provider) ?? []), price]);
  }
  return new Map([...byName].map(([name, byProvider]) => [name, namedRows(byProvider)]));
}

function namedRows(byProvider: Map<string, Price[]>): NamedRows {
  const forAll = byProvider.get("") ?? [];
  const withAll = (own: readonly Price[]): readonly Price[] =>
    forAll.length === 0 ? own : [...own, ...forAll].sort(bestFirst);
  const merged = new Map([...byProvider].map(([provider, own]) => [provider, provider === "" ? own : withAll(own)]));
  const maker = makerOf([...byProvider.keys()].filter((provider) => provider !== ""));
  return { byProvider: merged, ofMaker: maker === undefined ? forAll : (merged.get(maker) ?? []) };
}

function makerOf(providers: readonly string[]): string | undefined {
  if (providers.length <= 1) return providers[0];
  return makers.find((maker) => providers.includes(maker));
}

function bestFirst(a: Price, b: Price): number {
  return (
    rankOf(a.source) - rankOf(b.source) ||
    Number(a.provider === "") - Number(b.provider === "") ||
    // A newer package knows better even about a change that an older one announced.
    compare(b.createdAt, a.createdAt) ||
    compare(b.validFrom, a.validFrom) ||
    b.priceId - a.priceId
  );
}

function rankOf(source: string): number {
  return source === "operator" ? 0 : source === "brief" ? 1 : 2;
}

// The difference of two infinities is no number.
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function getOrAdd<Key, InnerKey, Value>(map: Map<Key, Map<InnerKey, Value>>, key: Key): Map<InnerKey, Value> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const added = new Map<InnerKey, Value>();
  map.set(key, added);
  return added;
}
