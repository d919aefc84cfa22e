import { createHash, randomBytes } from "node:crypto";

const tokenBytes = 32;
const tokenShape = /^[A-Za-z0-9_-]{43}$/;

/** What an unsubscribe link carries, a new one for each mail: whoever has it can end that one subscription, and do nothing else. */
export function createUnsubscribeToken(): { token: string; hash: Buffer } {
  const token = randomBytes(tokenBytes).toString("base64url");
  return { token, hash: hashOf(token) };
}

/** What is kept of a token. Null for a text that can be none. */
export function hashOfToken(token: string): Buffer | null {
  return tokenShape.test(token) ? hashOf(token) : null;
}

// 256 random bits need no slow hash.
function hashOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
