import type { NewPrice, Price } from "../pricing.js";
import type { AuditNote } from "./audit-store.js";

export type PriceRevision = {
  /** Grows with every change of a price. */
  prices: number;
  /** Grows with every change of what history cost. */
  recosts: number;
};

export type PriceAlias = { provider: string; alias: string; model: string };

export type AllPrices = { prices: Price[]; aliases: PriceAlias[]; revision: PriceRevision };

export type UnpricedModelRow = {
  model: string;
  providers: string[];
  requests: number;
  inputTokens: number;
  outputTokens: number;
  firstSeen: Date;
  lastSeen: Date;
};

/**
 * The prices of models. Amounts are never changed and rows never deleted: records keep the id of the price that they were
 * charged by. Writers wait for each other.
 */
export type PriceStore = {
  /**
   * Takes a source's prices over, once for ever; null when it was before. `plan` says which, seeing all that are there.
   * Aliases that are there already stay.
   */
  importOnce(batch: {
    source: string;
    at: Date;
    aliases: readonly PriceAlias[];
    plan: (existing: readonly Price[]) => NewPrice[];
  }): Promise<{ added: number } | null>;
  wasImported(source: string): Promise<boolean>;
  /** All of one snapshot. */
  readAll(): Promise<AllPrices>;
  readRevision(): Promise<PriceRevision>;
  /** Adds a price, unless one of the same provider, model, tier and source holds at any time of its own. */
  add(price: NewPrice, audit: Omit<AuditNote, "target">): Promise<{ kind: "added" | "overlap"; price: Price }>;
  /** Ends a price now, if it has not ended. Null when there is none with this id. */
  end(priceId: number, at: Date, audit: AuditNote): Promise<Price | null>;
  /** The newest first. */
  list(query: {
    model?: string | undefined;
    provider?: string | undefined;
    at: number | null;
    before: number | null;
    limit: number;
  }): Promise<Price[]>;
  /** Models that calls without a price name, by name. */
  listUnpriced(query: { after: string | null; limit: number }): Promise<UnpricedModelRow[]>;
};
