import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { ApiError } from "../errors.js";
import type { Caller, Clock } from "../types.js";
import type { ApiKeys } from "./api-keys.js";
import { hashSecret, keyPrefix } from "./secrets.js";
import type { Tokens } from "./tokens.js";

/** A working day: whoever begins in the morning is not thrown out before the evening. */
export const sessionLifetimeMs = 12 * 3_600_000;

const keyBytes = 32;
const maxValueLength = 300;

export type OpenSession = { value: string; caller: Caller; expiresAt: Date };
export type Sessions = ReturnType<typeof createSessions>;

/**
 * The key that sessions are sealed with: the same on every replica, because all of them know the admin token. Another admin token
 * ends every session. Without one (development on loopback) it lasts as long as the process.
 */
export function sessionKey(adminToken: string | null): Buffer {
  if (adminToken === null) return randomBytes(keyBytes);
  return Buffer.from(hkdfSync("sha256", adminToken, "", "mobigen-analytics session", keyBytes));
}

/**
 * What the dashboard's cookie holds: whose credential it stands for (by its hash, never the secret) and until when, with a
 * signature. Nothing is stored, so any replica can read it; the credential is looked up each time, so that its revocation ends
 * its sessions as well.
 */
export function createSessions(tokens: Tokens, keys: ApiKeys, key: Uint8Array, clock: Clock) {
  const sign = (text: string): Buffer => createHmac("sha256", key).update(text).digest();

  return {
    /** @throws ApiError unauthenticated for a secret that nobody knows, forbidden for one that may read nothing. */
    async open(secret: string): Promise<OpenSession> {
      const caller = secret.startsWith(keyPrefix) ? await keys.verify(secret) : await tokens.verify(secret);
      if (caller === null) throw new ApiError("unauthenticated", "The token is unknown or revoked.");
      if (!mayRead(caller)) {
        throw new ApiError("forbidden", 'The pages need the scope "platform:read", or a key with the scope "read".');
      }
      const expiresAt = new Date(clock().getTime() + sessionLifetimeMs);
      const text = `${nameOf(caller, secret)}.${expiresAt.getTime()}`;
      return { value: `${text}.${sign(text).toString("base64url")}`, caller, expiresAt };
    },

    /** Who holds this session, and until when; null for one that is over, or that is none. */
    async find(value: string): Promise<Omit<OpenSession, "value"> | null> {
      if (value.length > maxValueLength) return null;
      const [kind = "", hash = "", expires = "", signature = ""] = value.split(".");
      const given = Buffer.from(signature, "base64url");
      const own = sign(`${kind}.${hash}.${expires}`);
      if (given.length !== own.length || !timingSafeEqual(given, own)) return null;
      const expiresAt = new Date(Number(expires));
      if (expiresAt.getTime() <= clock().getTime()) return null;
      const caller = await findCaller(kind, Buffer.from(hash, "base64url"));
      return caller !== null && mayRead(caller) ? { caller, expiresAt } : null;
    },
  };

  async function findCaller(kind: string, hash: Uint8Array): Promise<Caller | null> {
    if (kind === "env") return tokens.adminCaller;
    return kind === "key" ? keys.findByHash(hash) : tokens.findByHash(hash);
  }
}

function mayRead({ scopes }: Caller): boolean {
  return scopes.some((scope) => scope === "read" || scope === "platform:read" || scope === "admin");
}

// Of the admin token, which people make up, not even the hash leaves: the signature's key is made of it, and says as much.
function nameOf(caller: Caller, secret: string): string {
  if (caller.kind === "token" && caller.id === "env") return "env.";
  return `${caller.kind}.${Buffer.from(hashSecret(secret)).toString("base64url")}`;
}
