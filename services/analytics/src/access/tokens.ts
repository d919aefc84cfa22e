import { randomUUID, timingSafeEqual } from "node:crypto";
import type { CreatedToken, NewToken, Page, PageQuery, Token } from "@mobigen/analytics-contract";
import { readPage } from "../cursor.js";
import { ApiError, notFound } from "../errors.js";
import type { AccessStore, TokenRow } from "../stores/access-store.js";
import type { Caller, Clock } from "../types.js";
import { createCredentialCache } from "./credential-cache.js";
import { isUuid, toCredential, toCredentialPosition } from "./credentials.js";
import type { LastUse } from "./last-use.js";
import { createSecret, hashSecret, looksLikeSecret, tokenPrefix } from "./secrets.js";

export const maxActiveTokens = 1_000;

type TokenCaller = Extract<Caller, { kind: "token" }>;
export type Tokens = ReturnType<typeof createTokens>;

/** Whoever holds the token of the environment. */
const adminCaller: TokenCaller = { kind: "token", id: "env", name: "ADMIN_TOKEN", scopes: ["admin"] };

/** Whoever reaches the loopback address of a development service without an admin token. */
export const developmentCaller: TokenCaller = { kind: "token", id: "none", name: "development", scopes: ["admin"] };

/** Service tokens: made, listed, revoked, and recognized on requests. */
export function createTokens(store: AccessStore, lastUse: LastUse, clock: Clock, adminToken: string | null) {
  const known = createCredentialCache((hashes) => store.findTokensByHash(hashes));
  const adminHash = adminToken === null ? null : hashSecret(adminToken);
  return {
    /** The secret is in this reply and nowhere else. @throws ApiError limit_reached */
    async create(wanted: NewToken, actor: string): Promise<CreatedToken> {
      const at = clock();
      const { secret, prefix, hash } = createSecret(tokenPrefix);
      const token = {
        id: randomUUID(),
        name: wanted.name,
        prefix,
        hash,
        scopes: [...new Set(wanted.scopes)],
        createdAt: at,
      };
      const detail = { name: token.name, prefix, scopes: token.scopes };
      const audit = { at, actor, action: "token.create", target: token.id, detail } as const;
      const row = await store.createToken(token, maxActiveTokens, audit);
      if (row === "limit") {
        throw new ApiError("limit_reached", `There are ${maxActiveTokens} active tokens: revoke one first.`);
      }
      return { ...toToken(row), token: secret };
    },

    /** Newest first, revoked ones too. @throws ApiError invalid_query */
    list(query: PageQuery): Promise<Page<Token>> {
      return readPage(
        query,
        (after, limit) => store.listTokens({ after: toCredentialPosition(after), limit }),
        (row) => [row.createdAt.getTime(), row.id],
        toToken,
      );
    },

    /** Holds at once here, within 10 s on other replicas. Again for a revoked token: nothing changes. @throws ApiError not_found */
    async revoke(tokenId: string, actor: string): Promise<void> {
      const at = clock();
      const audit = { at, actor, action: "token.revoke", target: tokenId, detail: {} } as const;
      const exists = isUuid(tokenId) && (await store.revokeToken(tokenId, at, audit));
      if (!exists) throw notFound("token", tokenId);
      known.clear();
    },

    /** Who comes with this token; null when it is unknown or revoked. */
    async verify(secret: string): Promise<TokenCaller | null> {
      const hash = hashSecret(secret);
      // Digests of equal length: neither the time nor the length of the comparison tells anything.
      if (adminHash !== null && timingSafeEqual(hash, adminHash)) return adminCaller;
      return looksLikeSecret(secret, tokenPrefix) ? findByHash(hash) : null;
    },

    /** Who holds the token with this hash; null when it is unknown or revoked. */
    findByHash,

    /** Whoever holds the token of the environment; null where none is set. */
    adminCaller: adminHash === null ? null : adminCaller,
  };

  async function findByHash(hash: Uint8Array): Promise<TokenCaller | null> {
    const token = await known.find(hash);
    if (token === null) return null;
    lastUse.note("token", token.id);
    return { kind: "token", ...token };
  }
}

function toToken(row: TokenRow): Token {
  return { ...toCredential(row), scopes: row.scopes };
}
