import type { PriceRow } from "@mobigen/analytics-contract";

/** What a price is to begin with: that of a model without one, or one that is to be overridden. */
export type PriceSeed = Partial<Pick<PriceRow, "model" | "provider" | "serviceTier" | "longContext">> &
  Partial<Record<PriceUnit, number | null>>;

type PriceUnit =
  | "inputPerMillion"
  | "outputPerMillion"
  | "cacheReadPerMillion"
  | "cacheWritePerMillion"
  | "cacheWrite1hPerMillion";

export type PriceActions = { onOverride?: (seed: PriceSeed) => void; onEnd?: (price: PriceRow) => void };

export type PriceSource = "operator" | "brief" | "list";

/** Whose word it is; what comes with the service is named by package and version. */
export function sourceOf({ source }: Pick<PriceRow, "source">): PriceSource {
  return source === "operator" || source === "brief" ? source : "list";
}

/** Whether it holds at an instant, in milliseconds. */
export function holdsAt({ validFrom, validTo }: Pick<PriceRow, "validFrom" | "validTo">, at: number): boolean {
  return (validFrom === null || Date.parse(validFrom) <= at) && (validTo === null || at < Date.parse(validTo));
}

/** Whether there is anything left of it to end. */
export function isOver({ validTo }: Pick<PriceRow, "validTo">, at: number): boolean {
  return validTo !== null && Date.parse(validTo) <= at;
}

/** Model, provider and tier: what no two prices have at one time by one source. */
export function nameOf({ model, provider, serviceTier }: PriceRow): string {
  return [model, provider ?? "any provider", ...(serviceTier === "standard" ? [] : [serviceTier])].join(", ");
}
