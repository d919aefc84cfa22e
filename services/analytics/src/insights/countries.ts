import { getAllTimezones } from "countries-and-timezones";

// A zone of several countries is the first's, where most of its people live; names that were given up keep their own country.
const countryOfZone: ReadonlyMap<string, string> = new Map(
  Object.values(getAllTimezones({ deprecated: true })).flatMap(({ name, countries: [country] }) =>
    country === undefined ? [] : [[name, country] as const],
  ),
);

/** The time zones of a country (ISO 3166-1, two capital letters), names of the past too; none for a country that is not there. */
export function timezonesOf(country: string): string[] {
  return [...countryOfZone].filter(([, of]) => of === country).map(([zone]) => zone);
}

/** Every time zone that tells a country, and which: side by side, as SQL takes them. */
export function zonesByCountry(): { timezones: string[]; countries: string[] } {
  return { timezones: [...countryOfZone.keys()], countries: [...countryOfZone.values()] };
}

/** The country that a device's time zone tells; null where it tells none (UTC, or no zone). */
export function countryOf(timezone: string): string | null {
  return countryOfZone.get(timezone) ?? null;
}
