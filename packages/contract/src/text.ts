import { z } from "zod";

/** Ids are names, not documents: 200 UTF-16 units hold every id scheme in use (URLs, ARNs, prefixed UUIDs). */
export const maxIdLength = 200;
export const maxNameLength = 200;

// Control characters, lone surrogates and line separators: what PostgreSQL refuses, or what breaks a log line.
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

// Nearly every id: a test of plain ranges takes a fifth of the time of one by Unicode properties.
const plainAscii = /^[\x20-\x7e]*$/;

/** True for a text without control characters and lone surrogates; spaces, quotes and slashes are fine. */
export function isPrintable(text: string): boolean {
  return plainAscii.test(text) || !unprintable.test(text);
}

/** An id of somebody else's making: any 1–200 printable characters. */
export const idSchema = z
  .string()
  .min(1, "must not be empty")
  .max(maxIdLength, `must have at most ${maxIdLength} characters`)
  .refine(isPrintable, "must have printable characters only")
  .meta({ description: "1–200 printable characters" });

/** A name people read: like an id, and not only blanks. */
export const nameSchema = idSchema.refine((name) => name === "" || name.trim() !== "", "must not be blank");

// In UTC. Outside it dates are written with more digits or a sign, and PostgreSQL has no year 0.
const earliestInstant = Date.parse("0001-01-01T00:00:00Z");
const latestInstant = Date.parse("9999-12-31T23:59:59.999Z");

/** True for milliseconds since the epoch that an instant on the wire may stand for: the years 1 to 9999. */
export function isInstant(at: number): boolean {
  return at >= earliestInstant && at <= latestInstant;
}

/** An ISO 8601 instant with a zone, e.g. `2026-01-03T12:00:00Z`; precision beyond the millisecond is cut. */
export const instantSchema = z.iso
  .datetime({ offset: true, error: "must be an ISO 8601 time with a zone, e.g. 2026-01-03T12:00:00Z" })
  .refine((text) => isInstant(Date.parse(text)), "must lie in the years 1 to 9999")
  .meta({ description: "ISO 8601 time with a zone" });

/** An IANA time zone name that this runtime knows. */
export const timeZoneSchema = z
  .string()
  .max(64)
  .refine(isTimeZone, "must be an IANA time zone, e.g. Europe/Berlin")
  .meta({ description: "IANA time zone, e.g. Europe/Berlin" });

function isTimeZone(name: string): boolean {
  // Offsets such as "+05:30" are accepted by Intl but are no zone: they have no daylight saving rules.
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** A count of tokens, events or milliseconds: a whole number that JSON and JavaScript carry exactly. */
export const countSchema = z
  .number("must be a number")
  .refine((n) => Number.isSafeInteger(n) && n >= 0, "must be a whole number from 0 to 9007199254740991")
  .meta({ type: "integer", minimum: 0 });

const maxAddressLength = 254;

/** One email address, without a display name. */
export const addressSchema = z.email("must be an email address").max(maxAddressLength);
