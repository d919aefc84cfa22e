import { createHash, randomBytes } from "node:crypto";

export const keyPrefix = "mgk_";
export const tokenPrefix = "mgt_";
const secretBytes = 32;
const shownCharacters = 12;
// 32 bytes as base64url.
const secretShape = /^mg[kt]_[A-Za-z0-9_-]{43}$/;

export type Secret = { secret: string; prefix: string; hash: Uint8Array<ArrayBuffer> };

/** A new secret of 256 random bits: shown once, kept as its hash, told from others by its first characters. */
export function createSecret(kind: typeof keyPrefix | typeof tokenPrefix): Secret {
  const secret = `${kind}${randomBytes(secretBytes).toString("base64url")}`;
  return { secret, prefix: secret.slice(0, shownCharacters), hash: hashSecret(secret) };
}

/** SHA-256 is enough without salt or stretching: nobody guesses 256 random bits. */
export function hashSecret(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(secret).digest());
}

/** False for what can't be a secret of ours: not worth a question to the database. */
export function looksLikeSecret(text: string, kind: typeof keyPrefix | typeof tokenPrefix): boolean {
  return text.startsWith(kind) && secretShape.test(text);
}
