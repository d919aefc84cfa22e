import type { ModelInfo, ModelPrice, Provider, TieredPrices } from "@pydantic/genai-prices";
import { type Money, parseMoney } from "./money.js";
import { createPriceList, type ModelAlias } from "./price-list.js";
import { type LongContextStep, type NewPrice, type Price, stepOf, type UnitPrices } from "./pricing.js";

/** The version that package.json pins; a test compares them. */
export const packageVersion = "0.1.8";
const packageName = "genai-prices";
export const packageSource = `${packageName}@${packageVersion}`;

export type PackageCatalog = { prices: NewPrice[]; aliases: ModelAlias[] };

/**
 * Names of dated releases, as their vendors publish them, which the package knows by a prefix only. A prefix would price
 * `claude-3-opus-fake` as well.
 */
const releases: readonly ModelAlias[] = [
  { provider: "anthropic", alias: "claude-3-5-sonnet-20240620", model: "claude-3-5-sonnet" },
  { provider: "anthropic", alias: "claude-3-5-sonnet-20241022", model: "claude-3-5-sonnet" },
  { provider: "anthropic", alias: "claude-3-5-haiku-20241022", model: "claude-3-5-haiku-latest" },
  { provider: "anthropic", alias: "claude-3-7-sonnet-20250219", model: "claude-3-7-sonnet-latest" },
  { provider: "anthropic", alias: "claude-sonnet-4-20250514", model: "claude-sonnet-4-0" },
  { provider: "anthropic", alias: "claude-opus-4-1-20250805", model: "claude-opus-4-1" },
  { provider: "anthropic", alias: "claude-sonnet-4-5-20250929", model: "claude-sonnet-4-5" },
  { provider: "anthropic", alias: "claude-haiku-4-5-20251001", model: "claude-haiku-4-5" },
  { provider: "anthropic", alias: "claude-opus-4-5-20251101", model: "claude-opus-4-5" },
  { provider: "google", alias: "gemini-1.5-pro-002", model: "gemini-1.5-pro" },
  { provider: "google", alias: "gemini-1.5-flash-002", model: "gemini-1.5-flash" },
  { provider: "google", alias: "gemini-2.0-flash-001", model: "gemini-2.0-flash" },
];

/** What the package knows, without the network. Loaded on demand: it is large, and a database needs each version once. */
export async function readPackage(): Promise<PackageCatalog> {
  const { waitForUpdate } = await import("@pydantic/genai-prices");
  return catalogOf((await waitForUpdate()) ?? []);
}

/**
 * The package's token prices as rows with validity intervals. Ids and `equals` matches become names; prefixes, substrings and
 * patterns do not. Left out, and so unpriced: models without a price for input tokens; those whose price depends on the hour
 * of the day; those that charge by request, reasoning or citation as well, which a record's cost would miss.
 */
export function catalogOf(providers: readonly Provider[]): PackageCatalog {
  const prices: NewPrice[] = [];
  const aliases: ModelAlias[] = [];
  for (const provider of providers) {
    for (const model of provider.models) {
      const rows = rowsOf(provider.id, model);
      if (rows.length === 0) continue;
      prices.push(...rows);
      for (const alias of new Set(namesOf(model.match))) {
        if (alias !== model.id) aliases.push({ provider: provider.id, alias, model: model.id });
      }
    }
  }
  const known = new Set(prices.map(({ provider, model }) => JSON.stringify([provider, model])));
  aliases.push(...releases.filter(({ provider, model }) => known.has(JSON.stringify([provider, model]))));
  return { prices, aliases };
}

/**
 * What a package adds to the prices that are there. The first package: everything, by its own dates; so does a model that no
 * package priced before. Where a newer one differs for any time from `at` on, its prices from `at` on, for what was known
 * before is how history was charged.
 */
export function planImport(catalog: readonly NewPrice[], existing: readonly Price[], at: number): NewPrice[] {
  const known = existing.filter(({ source }) => source.startsWith(`${packageName}@`));
  const before = groupByModel(known);
  return [...groupByModel(catalog)].flatMap(([key, rows]) => {
    const old = before.get(key);
    if (old === undefined) return rows;
    const ahead = rows
      .filter((row) => row.validTo > at)
      .map((row) => ({ ...row, validFrom: Math.max(row.validFrom, at) }));
    return isSameFrom(at, old, ahead) ? [] : ahead;
  });
}

function groupByModel<Row extends NewPrice>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.provider, row.model, row.serviceTier]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

function isSameFrom(at: number, old: readonly Price[], ahead: readonly NewPrice[]): boolean {
  const list = createPriceList(old);
  const moments = [at, ...[...old, ...ahead].map((row) => row.validFrom)].filter((from) => from >= at);
  return moments.every((moment) => {
    const next = ahead.find((row) => row.validFrom <= moment && moment < row.validTo);
    const { provider = "", model = "", serviceTier = "standard" } = old[0] ?? {};
    const now = list.priceOf({ provider, model, serviceTier, at: moment });
    return next === undefined || now === undefined ? next === now : samePrices(next, now);
  });
}

function samePrices(a: NewPrice, b: NewPrice): boolean {
  const steps = new Set([0, ...[...a.longContext, ...b.longContext].map((step) => step.aboveInputTokens + 1)]);
  return [...steps].every((tokens) => {
    const [left, right] = [stepOf(a, tokens), stepOf(b, tokens)];
    return unitNames.every((name) => left[name]?.toFixed() === right[name]?.toFixed());
  });
}

const unitNames = [
  "inputPerMillion",
  "outputPerMillion",
  "cacheReadPerMillion",
  "cacheWritePerMillion",
  "cacheWrite1hPerMillion",
] as const satisfies (keyof UnitPrices)[];

function namesOf(match: ModelInfo["match"]): string[] {
  if ("equals" in match) return [match.equals];
  return "or" in match ? match.or.flatMap(namesOf) : [];
}

type Segment = { validFrom: number; validTo: number; prices: ModelPrice };

function rowsOf(provider: string, { id: model, prices }: ModelInfo): NewPrice[] {
  const rows = segmentsOf(prices).map(({ validFrom, validTo, prices: keys }): NewPrice | null => {
    if (keys["input_mtok"] === undefined || chargesMore.some((key) => keys[key] !== undefined)) return null;
    const units = unitsAt(keys, 0);
    if (units === null) return null;
    const longContext = startsOf(keys).flatMap((start): LongContextStep[] => {
      const step = unitsAt(keys, start + 1);
      return step === null ? [] : [{ ...step, aboveInputTokens: start }];
    });
    const place = { provider, model, serviceTier: "standard" as const, validFrom, validTo, source: packageSource };
    return { ...place, ...units, longContext };
  });
  return rows.filter((row) => row !== null);
}

// Every call has some of these; a tool that may be called is no token.
const chargesMore = ["requests_kcount", "output_reasoning_mtok", "output_citation_mtok"];

// Of several entries that hold the package takes the last; one without a constraint always holds.
function segmentsOf(prices: ModelInfo["prices"]): Segment[] {
  const always = { validFrom: Number.NEGATIVE_INFINITY, validTo: Number.POSITIVE_INFINITY };
  if (!Array.isArray(prices)) return [{ ...always, prices }];
  const entries = prices.map(({ constraint, prices: keys }) => {
    if (constraint === undefined) return { from: Number.NEGATIVE_INFINITY, keys };
    return constraint.type === "start_date" ? { from: Date.parse(constraint.start_date), keys } : null;
  });
  if (entries.some((entry) => entry === null || Number.isNaN(entry.from))) return [];
  const dated = entries.filter((entry) => entry !== null);
  const starts = [...new Set(dated.map((entry) => entry.from))].sort((a, b) => (a < b ? -1 : 1));
  return starts.flatMap((validFrom, n) => {
    const holding = dated.findLast((entry) => entry.from <= validFrom);
    const validTo = starts[n + 1] ?? Number.POSITIVE_INFINITY;
    return holding === undefined ? [] : [{ validFrom, validTo, prices: holding.keys }];
  });
}

function startsOf(keys: ModelPrice): number[] {
  const starts = Object.entries(keys).flatMap(([key, price]) =>
    tokenKeys.has(key) && typeof price === "object" ? price.tiers.map((tier) => tier.start) : [],
  );
  return [...new Set(starts)].sort((a, b) => a - b);
}

const tokenKeys: ReadonlySet<string> = new Set([
  "input_mtok",
  "output_mtok",
  "cache_read_mtok",
  "cache_write_mtok",
  "cache_write_1h_mtok",
]);

function unitsAt(keys: ModelPrice, inputTokens: number): UnitPrices | null {
  const input = priceAt(keys["input_mtok"], inputTokens);
  if (input === null) return null;
  return {
    inputPerMillion: input,
    // Embeddings have an input price alone, and no output.
    outputPerMillion: priceAt(keys["output_mtok"], inputTokens) ?? parseMoney("0"),
    cacheReadPerMillion: priceAt(keys["cache_read_mtok"], inputTokens),
    cacheWritePerMillion: priceAt(keys["cache_write_mtok"], inputTokens),
    cacheWrite1hPerMillion: priceAt(keys["cache_write_1h_mtok"], inputTokens),
  };
}

function priceAt(price: number | TieredPrices | undefined, inputTokens: number): Money | null {
  if (price === undefined) return null;
  if (typeof price === "number") return toMoney(price);
  const tier = price.tiers.filter(({ start }) => inputTokens > start).sort((a, b) => b.start - a.start)[0];
  return toMoney(tier?.price ?? price.base);
}

// The shortest text that reads back as the number: the decimal that somebody typed.
function toMoney(price: number): Money {
  return parseMoney(String(price));
}
