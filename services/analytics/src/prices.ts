import {
  isPrintable,
  type NewPriceInput,
  type Page,
  type PageQuery,
  type PriceQuery,
  type PriceRow,
  type UnpricedModel,
} from "@mobigen/analytics-contract";
import { readPage } from "./cursor.js";
import { ApiError, invalidQuery, notFound } from "./errors.js";
import { moneyToNumber, moneyToText, parseMoney } from "./money.js";
import type { PriceBook } from "./price-book.js";
import type { NewPrice, Price, UnitPrices } from "./pricing.js";
import type { PriceStore } from "./stores/price-store.js";
import type { Clock } from "./types.js";

export type Prices = ReturnType<typeof createPrices>;

export type PricesDeps = {
  store: PriceStore;
  book: Pick<PriceBook, "priceOf" | "refresh">;
  clock: Clock;
  /** Called when a change holds here: calls that had no price may have one now. */
  onChange: () => Promise<void>;
};

/** The prices as operators see and change them. */
export function createPrices({ store, book, clock, onChange }: PricesDeps) {
  async function announce(): Promise<void> {
    await book.refresh();
    await onChange();
  }

  return {
    /** The latest first, ended ones too. @throws ApiError invalid_query */
    list({ model, provider, at, ...page }: PriceQuery): Promise<Page<PriceRow>> {
      const moment = at === undefined ? null : Date.parse(at);
      return readPage(
        page,
        (after, limit) => store.list({ model, provider, at: moment, before: toPriceId(after?.[0]), limit }),
        (price) => [price.priceId, 0],
        toPriceRow,
      );
    },

    /**
     * Sets an operator's price; it holds here at once, on every replica within 10 s, and calls of its time that had no price get
     * it. What was priced before keeps its cost. @throws ApiError price_overlap
     */
    async set(input: NewPriceInput, actor: string): Promise<PriceRow> {
      const at = clock();
      const price = toNewPrice(input, validFromOf(input, at));
      const detail = {
        model: price.model,
        provider: price.provider,
        serviceTier: price.serviceTier,
        ...textsOf(price),
      };
      const result = await store.add(price, { at, actor, action: "price.set", detail });
      if (result.kind === "overlap") throw overlap(result.price);
      await announce();
      return toPriceRow(result.price);
    },

    /** Ends a price now; for one that has ended, nothing changes. @throws ApiError not_found */
    async end(priceId: string, actor: string): Promise<PriceRow> {
      const at = clock();
      const id = /^[1-9]\d{0,8}$/.test(priceId) ? Number(priceId) : null;
      const audit = { at, actor, action: "price.end", target: priceId, detail: {} } as const;
      const price = id === null ? null : await store.end(id, at, audit);
      if (price === null) throw notFound("price", priceId);
      await announce();
      return toPriceRow(price);
    },

    /** Models without a price that calls named, by name. @throws ApiError invalid_query */
    listUnpriced(query: PageQuery): Promise<Page<UnpricedModel>> {
      return readPage(
        query,
        (after, limit) => store.listUnpriced({ after: toModel(after?.[1]), limit }),
        (row) => [0, row.model],
        (row) => ({ ...row, firstSeen: row.firstSeen.toISOString(), lastSeen: row.lastSeen.toISOString() }),
      );
    },
  };

  // A first price is of all time: it prices the calls that waited for it. A change begins now.
  function validFromOf({ model, provider, serviceTier, validFrom }: NewPriceInput, at: Date): number {
    if (typeof validFrom === "string") return Date.parse(validFrom);
    if (validFrom === null) return Number.NEGATIVE_INFINITY;
    const question = { provider: provider ?? null, model, serviceTier: serviceTier ?? null, at: at.getTime() };
    return book.priceOf(question) === undefined ? Number.NEGATIVE_INFINITY : at.getTime();
  }
}

// What the column holds.
const maxPriceId = 2 ** 31 - 1;

function toPriceId(key: number | undefined): number | null {
  if (key === undefined) return null;
  if (key > maxPriceId) throw invalidQuery("cursor", "is not one that this list gave out");
  return key;
}

function toModel(key: string | number | undefined): string | null {
  if (key === undefined) return null;
  if (typeof key === "number" || !isPrintable(key)) throw invalidQuery("cursor", "is not one that this list gave out");
  return key;
}

function toNewPrice(input: NewPriceInput, validFrom: number): NewPrice {
  return {
    provider: input.provider ?? "",
    model: input.model,
    serviceTier: input.serviceTier ?? "standard",
    ...toUnits(input),
    longContext: (input.longContext ?? []).map((step) => ({
      ...toUnits(step),
      aboveInputTokens: step.aboveInputTokens,
    })),
    validFrom,
    validTo: typeof input.validTo === "string" ? Date.parse(input.validTo) : Number.POSITIVE_INFINITY,
    source: "operator",
  };
}

type Units = Pick<
  NewPriceInput,
  "inputPerMillion" | "outputPerMillion" | "cacheReadPerMillion" | "cacheWritePerMillion" | "cacheWrite1hPerMillion"
>;

function toUnits(units: Units): UnitPrices {
  const optional = (price: number | string | undefined) => (price === undefined ? null : parseMoney(String(price)));
  return {
    inputPerMillion: parseMoney(String(units.inputPerMillion)),
    outputPerMillion: parseMoney(String(units.outputPerMillion)),
    cacheReadPerMillion: optional(units.cacheReadPerMillion),
    cacheWritePerMillion: optional(units.cacheWritePerMillion),
    cacheWrite1hPerMillion: optional(units.cacheWrite1hPerMillion),
  };
}

function overlap(holding: Price): ApiError {
  const [from, to] = [toOpenInstant(holding.validFrom), toOpenInstant(holding.validTo)];
  const time = `from ${from ?? "the beginning"} ${to === null ? "on" : `until ${to}`}`;
  return new ApiError(
    "price_overlap",
    `Price ${holding.priceId} of ${holding.model} holds ${time}. End it first, or choose another time.`,
  );
}

/** An instant that may be open: null. */
export function toOpenInstant(ms: number): string | null {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}

export function toPriceRow(price: Price): PriceRow {
  return {
    id: price.priceId,
    provider: price.provider === "" ? null : price.provider,
    model: price.model,
    serviceTier: price.serviceTier,
    ...numbersOf(price),
    longContext: price.longContext.map((step) => ({ aboveInputTokens: step.aboveInputTokens, ...numbersOf(step) })),
    currency: "USD",
    validFrom: toOpenInstant(price.validFrom),
    validTo: toOpenInstant(price.validTo),
    source: price.source,
    createdAt: new Date(price.createdAt).toISOString(),
  };
}

function numbersOf(prices: UnitPrices) {
  const optional = (price: UnitPrices["cacheReadPerMillion"]) => (price === null ? null : moneyToNumber(price));
  return {
    inputPerMillion: moneyToNumber(prices.inputPerMillion),
    outputPerMillion: moneyToNumber(prices.outputPerMillion),
    cacheReadPerMillion: optional(prices.cacheReadPerMillion),
    cacheWritePerMillion: optional(prices.cacheWritePerMillion),
    cacheWrite1hPerMillion: optional(prices.cacheWrite1hPerMillion),
  };
}

// For the audit log: exact, and what was not said left out.
function textsOf(price: NewPrice): Record<string, unknown> {
  const { cacheReadPerMillion, cacheWritePerMillion, cacheWrite1hPerMillion, longContext } = price;
  return {
    inputPerMillion: moneyToText(price.inputPerMillion),
    outputPerMillion: moneyToText(price.outputPerMillion),
    ...(cacheReadPerMillion === null ? {} : { cacheReadPerMillion: moneyToText(cacheReadPerMillion) }),
    ...(cacheWritePerMillion === null ? {} : { cacheWritePerMillion: moneyToText(cacheWritePerMillion) }),
    ...(cacheWrite1hPerMillion === null ? {} : { cacheWrite1hPerMillion: moneyToText(cacheWrite1hPerMillion) }),
    ...(longContext.length === 0 ? {} : { longContextAbove: longContext.map((step) => step.aboveInputTokens) }),
    validFrom: toOpenInstant(price.validFrom),
    validTo: toOpenInstant(price.validTo),
  };
}
