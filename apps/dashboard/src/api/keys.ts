import type { CreatedKey, Key, NewKey, Page } from "@mobigen/analytics-contract";
import { insightQuery, projectPath } from "./insight";
import { pathOf, request } from "./request";

/** A project's keys, as many as one page of the API holds. */
export function keysQuery(projectId: string) {
  return insightQuery<Page<Key>>(projectId, "keys", { limit: 200 });
}

export function createKey(projectId: string, body: NewKey): Promise<CreatedKey> {
  return request(projectPath(projectId, "keys"), { method: "POST", body });
}

export function revokeKey(projectId: string, keyId: string): Promise<void> {
  return request(projectPath(projectId, pathOf("keys/:keyId", { keyId })), { method: "DELETE" });
}
