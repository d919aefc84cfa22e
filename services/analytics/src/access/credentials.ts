import type { Position } from "../cursor.js";
import { invalidQuery } from "../errors.js";
import type { CredentialPosition, KeyRow, TokenRow } from "../stores/access-store.js";

const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** False for an id that no credential can have. */
export function isUuid(text: string): boolean {
  return uuidShape.test(text);
}

/** What keys and tokens show of themselves. */
export function toCredential({ id, name, prefix, createdAt, lastUsedAt, revokedAt }: KeyRow | TokenRow) {
  return {
    id,
    name,
    prefix,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
  };
}

export function toCredentialPosition(after: Position | null): CredentialPosition | null {
  if (after === null) return null;
  const [createdAt, id] = after;
  if (typeof id !== "string" || !isUuid(id)) throw invalidQuery("cursor", "is not one that this list gave out");
  return { createdAt: new Date(createdAt), id };
}
