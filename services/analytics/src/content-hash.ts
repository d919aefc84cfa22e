import { createHash } from "node:crypto";

/**
 * SHA-256 of a JSON value in one canonical form: keys sorted, members that are undefined left out. So a field that is added to
 * a record one day leaves the hashes of all records without it as they were. Bounded only by the value: check depth first.
 */
export function contentHash(value: unknown): Buffer {
  return createHash("sha256")
    .update(JSON.stringify(canonical(value)) ?? "")
    .digest();
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  // Pairs, not an object: an object would put number-like keys first and trip over a key __proto__.
  return {
    members: members.filter(([, member]) => member !== undefined).map(([key, member]) => [key, canonical(member)]),
  };
}
