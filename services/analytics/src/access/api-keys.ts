import { randomUUID } from "node:crypto";
import type { CreatedKey, Key, NewKey, Page, PageQuery } from "@mobigen/analytics-contract";
import { readPage } from "../cursor.js";
import { ApiError, notFound } from "../errors.js";
import type { AccessStore, KeyRow } from "../stores/access-store.js";
import type { Caller, Clock } from "../types.js";
import { createCredentialCache } from "./credential-cache.js";
import { isUuid, toCredential, toCredentialPosition } from "./credentials.js";
import type { LastUse } from "./last-use.js";
import { createSecret, hashSecret, keyPrefix, looksLikeSecret } from "./secrets.js";

/** Two for a rotation, the rest for staged rollouts of apps that live long on phones. */
export const maxActiveKeys = 10;

type KeyCaller = Extract<Caller, { kind: "key" }>;
export type ApiKeys = ReturnType<typeof createApiKeys>;

/** The keys of projects: made, listed, revoked, and recognized on requests. */
export function createApiKeys(store: AccessStore, lastUse: LastUse, clock: Clock) {
  const known = createCredentialCache((hashes) => store.findKeysByHash(hashes));
  return {
    /** The secret is in this reply and nowhere else. @throws ApiError not_found, limit_reached */
    async create(projectId: string, wanted: NewKey, actor: string): Promise<CreatedKey> {
      const at = clock();
      const { secret, prefix, hash } = createSecret(keyPrefix);
      const scopes = [...new Set(wanted.scopes ?? ["ingest" as const])];
      const key = { id: randomUUID(), name: wanted.name ?? "ingest key", prefix, hash, scopes, createdAt: at };
      const detail = { keyId: key.id, name: key.name, prefix, scopes };
      const row = await store.createKey(projectId, key, maxActiveKeys, {
        at,
        actor,
        action: "key.create",
        target: projectId,
        detail,
      });
      if (row === "no_project") throw notFound("project", projectId);
      if (row === "limit") {
        throw new ApiError("limit_reached", `A project has at most ${maxActiveKeys} active keys: revoke one first.`);
      }
      return { ...toKey(row), key: secret };
    },

    /** Newest first, revoked ones too. @throws ApiError not_found, invalid_query */
    list(projectId: string, query: PageQuery): Promise<Page<Key>> {
      return readPage(
        query,
        async (after, limit) => {
          const rows = await store.listKeys(projectId, { after: toCredentialPosition(after), limit });
          if (rows === null) throw notFound("project", projectId);
          return rows;
        },
        (row) => [row.createdAt.getTime(), row.id],
        toKey,
      );
    },

    /** Holds at once here, within 10 s on other replicas. Again for a revoked key: nothing changes. @throws ApiError not_found */
    async revoke(projectId: string, keyId: string, actor: string): Promise<void> {
      const at = clock();
      const audit = { at, actor, action: "key.revoke", target: projectId, detail: { keyId } } as const;
      const exists = isUuid(keyId) && (await store.revokeKey(projectId, keyId, at, audit));
      if (!exists) throw notFound("key", keyId);
      known.clear();
    },

    /** Who comes with this key; null when it is unknown, revoked, or of a deleted project. */
    async verify(secret: string): Promise<KeyCaller | null> {
      return looksLikeSecret(secret, keyPrefix) ? findByHash(hashSecret(secret)) : null;
    },

    /** Who holds the key with this hash; null when it is unknown, revoked, or of a deleted project. */
    findByHash,

    /** Called when a project changed: its keys carry its limit. */
    forget: () => known.clear(),
  };

  async function findByHash(hash: Uint8Array): Promise<KeyCaller | null> {
    const key = await known.find(hash);
    if (key === null) return null;
    lastUse.note("key", key.id);
    return { kind: "key", ...key };
  }
}

function toKey(row: KeyRow): Key {
  return { ...toCredential(row), scopes: row.scopes };
}
