import type { NewPriceInput } from "@mobigen/analytics-contract";
import { dayStart } from "../../../layout/local-day";
import type { PriceSeed } from "./price-facts";

export const units = [
  { name: "inputPerMillion", label: "Input", required: true },
  { name: "outputPerMillion", label: "Output", required: true },
  { name: "cacheReadPerMillion", label: "Cache read", required: false },
  { name: "cacheWritePerMillion", label: "Cache write", required: false },
  { name: "cacheWrite1hPerMillion", label: "Cache write, 1 hour", required: false },
] as const;

type UnitName = (typeof units)[number]["name"];

/** A form's texts, as they are typed. */
export type PriceDraft = Record<UnitName, string> & {
  model: string;
  provider: string;
  serviceTier: string;
  begins: "default" | "ever" | "day";
  firstDay: string;
  endDay: string;
  isFree: boolean;
};

export function draftOf(seed: PriceSeed): PriceDraft {
  const amounts = Object.fromEntries(units.map(({ name }) => [name, writeAmount(seed[name])]));
  return {
    ...(amounts as Record<UnitName, string>),
    model: seed.model ?? "",
    provider: seed.provider ?? "",
    serviceTier: seed.serviceTier ?? "standard",
    begins: "default",
    firstDay: "",
    endDay: "",
    isFree: false,
  };
}

// Amounts go as text: the decimal that was typed is the one that is kept.
function writeAmount(value: number | null | undefined): string {
  return value === null || value === undefined ? "" : String(value);
}

/** As the API takes it; days begin in the zone `tz`. What was left empty is left out. */
export function bodyOf(draft: PriceDraft, tz: string): NewPriceInput {
  const given = Object.fromEntries(
    units.flatMap(({ name }) => (draft[name].trim() === "" ? [] : [[name, draft[name].trim()]])),
  );
  return {
    ...(given as Pick<NewPriceInput, UnitName>),
    model: draft.model.trim(),
    serviceTier: draft.serviceTier as NonNullable<NewPriceInput["serviceTier"]>,
    ...(draft.provider.trim() === "" ? {} : { provider: draft.provider.trim() }),
    ...(draft.begins === "ever" ? { validFrom: null } : {}),
    ...(draft.begins === "day" && draft.firstDay !== "" ? { validFrom: dayStart(draft.firstDay, tz) } : {}),
    ...(draft.endDay === "" ? {} : { validTo: dayStart(draft.endDay, tz) }),
    ...(draft.isFree ? { free: true as const } : {}),
  };
}
