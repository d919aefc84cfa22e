const names = new Intl.DisplayNames("en", { type: "region" });

/** A country's name by its two letters; the letters themselves where they are no country's. */
export function writeCountry(code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}
