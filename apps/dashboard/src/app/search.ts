/** What stands in the URL behind the question mark: names and texts, each once. */
export type PageSearch = { [name: string]: string | undefined };

/** Kept from page to page: the window that everything is seen through. */
export const windowParams = ["period", "from", "to", "tz"] as const;

export const defaultPeriod = "30d";

export function parseSearch(text: string): PageSearch {
  return Object.fromEntries(new URLSearchParams(text));
}

/** Without what is undefined or empty; times and zones stay readable. */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(search).flatMap(([name, value]) =>
    value === undefined || value === null || value === "" ? [] : [[name, String(value)]],
  );
  if (given.length === 0) return "";
  const text = new URLSearchParams(given).toString();
  return `?${text.replaceAll("%2F", "/").replaceAll("%3A", ":").replaceAll("%2C", ",")}`;
}

/** The window with everything said, so that a link shows to others what its sender saw; null where it is already. */
export function completeWindow(search: PageSearch, timeZone: string): PageSearch | null {
  const hasWindow = search["period"] !== undefined || search["from"] !== undefined;
  if (hasWindow && search["tz"] !== undefined) return null;
  return { ...search, tz: search["tz"] ?? timeZone, ...(hasWindow ? {} : { period: defaultPeriod }) };
}

/** The zone of this device, by a name that the service knows. */
export function deviceTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
