import type { AdoptionDimension } from "@mobigen/analytics-contract";
import type { DeviceFilter } from "./insight-filter.js";

export type Adopters = { sessions: number; users: number };

/** `value` is '' for devices that do not say. */
export type Adopted = Adopters & { value: string; firstSeenAt: number; lastSeenAt: number };

export type AdoptionFigures = {
  /** The most used first, at most as many as asked for. */
  items: Adopted[];
  /** Different values in all. */
  values: number;
  total: Adopters;
  /** For each interval: all sessions, and those of each item. */
  series: { total: Adopters; items: Adopters[] }[];
};

/** Every time zone that tells a country, and which, side by side. */
export type CountryZones = { timezones: readonly string[]; countries: readonly string[] };

export type AdoptionQuestion = {
  projectKey: number;
  boundaries: readonly number[];
  dimension: AdoptionDimension;
  filter: DeviceFilter;
  limit: number;
  zones: CountryZones;
};

export type AdoptionStore = {
  /** How the sessions that began between the first and the last boundary divide by a dimension, in all and by interval. */
  adoptionOf(question: AdoptionQuestion): Promise<AdoptionFigures>;
};
