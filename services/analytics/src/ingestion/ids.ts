import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";

/** A client's id as the 16 bytes that tables and indexes carry; `text` is null where the UUID is the id itself. */
export type IdKey = { uuid: string; text: string | null };

const canonicalUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/**
 * A lower-case canonical UUID is its own key. Any other text becomes a UUID of version 8 (RFC 9562, "custom") made of the first
 * 122 bits of its SHA-256: equal texts have equal keys on every replica, and for others to collide by chance takes 2^61 ids.
 */
export function idKey(text: string): IdKey {
  return canonicalUuid.test(text) ? { uuid: text, text: null } : { uuid: hashedUuid(text), text };
}

/** The time inside a UUID of version 7 (RFC 9562), in milliseconds since the epoch; null for any other text. */
export function timeOfUuidV7(text: string): number | null {
  return uuidV7.test(text) ? Number.parseInt(text.slice(0, 8) + text.slice(9, 13), 16) : null;
}

// The same installs and sessions come again and again, and a hash costs ten times a look-up. Some 5 MB when it is full.
const hashedUuids = new LRUCache<string, string>({ max: 20_000, memoMethod: (text) => hashUuid(text) });

function hashedUuid(text: string): string {
  return hashedUuids.memo(text);
}

function hashUuid(text: string): string {
  const hex = hash("sha256", text, "hex");
  // The two bits of the variant replace the upper half of this digit: 8, 9, a or b.
  const variant = "89ab".charAt(Number.parseInt(hex.charAt(16), 16) & 3);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
