import type { PriceRow } from "@mobigen/analytics-contract";

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
