import type { KeyScope, TokenScope } from "@mobigen/analytics-contract";
import type { KeyProject } from "../types.js";
import type { AuditNote } from "./audit-store.js";

type CredentialRow = {
  id: string;
  name: string;
  prefix: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};

export type KeyRow = CredentialRow & { scopes: KeyScope[] };
export type TokenRow = CredentialRow & { scopes: TokenScope[] };
export type NewCredentialRow<Scope> = {
  id: string;
  name: string;
  prefix: string;
  hash: Uint8Array;
  scopes: readonly Scope[];
  createdAt: Date;
};
export type CredentialPosition = { createdAt: Date; id: string };
type CredentialPage = { after: CredentialPosition | null; limit: number };

export type FoundKey = { id: string; scopes: KeyScope[]; project: KeyProject };
export type FoundToken = { id: string; name: string; scopes: TokenScope[] };

/** Keys and tokens, by the hash of their secret. Every change and its audit row are one transaction. */
export type AccessStore = {
  /** "limit" when the project has `maxActive` keys that are not revoked; "no_project" when it is unknown or deleted. */
  createKey(
    projectId: string,
    key: NewCredentialRow<KeyScope>,
    maxActive: number,
    audit: AuditNote,
  ): Promise<KeyRow | "limit" | "no_project">;
  /** Newest first. Null when there is no such project. */
  listKeys(projectId: string, page: CredentialPage): Promise<KeyRow[] | null>;
  /** Revokes it from `at` on; a key that is revoked already stays as it is and leaves no audit row. False when there is none. */
  revokeKey(projectId: string, keyId: string, at: Date, audit: AuditNote): Promise<boolean>;
  /** The active keys with these hashes (base64), of projects that are not deleted, by their hash. */
  findKeysByHash(hashes: readonly string[]): Promise<Map<string, FoundKey>>;

  /** "limit" when `maxActive` tokens are not revoked. */
  createToken(token: NewCredentialRow<TokenScope>, maxActive: number, audit: AuditNote): Promise<TokenRow | "limit">;
  listTokens(page: CredentialPage): Promise<TokenRow[]>;
  revokeToken(tokenId: string, at: Date, audit: AuditNote): Promise<boolean>;
  findTokensByHash(hashes: readonly string[]): Promise<Map<string, FoundToken>>;

  /** Moves last uses forward, never back. */
  noteUses(uses: readonly { kind: "key" | "token"; id: string; at: Date }[]): Promise<void>;
};
