import { isPrintable } from "@mobigen/analytics-contract";

/** Longest part of a sender's own name for a thing that replies and logs repeat. */
const maxShownKey = 60;

/** A JSON pointer (RFC 6901) that is fit to be shown: see shownKey. */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${shownKey(String(part)).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** A member's name as replies show it: cut where it is long, `?` where it can't be printed. */
export function shownKey(key: string): string {
  if (key.length <= maxShownKey) return isPrintable(key) ? key : "?";
  const start = key.slice(0, maxShownKey);
  // A pair that the cut went through is left out.
  return isPrintable(start) ? `${start}…` : isPrintable(start.slice(0, -1)) ? `${start.slice(0, -1)}…` : "?";
}
