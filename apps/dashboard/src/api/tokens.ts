import type { AuditEntry, CreatedToken, NewToken, Page, Token } from "@mobigen/analytics-contract";
import { pagesQuery } from "./pages";
import { pathOf, request } from "./request";

/** Service tokens, revoked ones too, newest first. */
export const tokensQuery = pagesQuery<Page<Token>>("/tokens", { limit: 200 });

export function createToken(body: NewToken): Promise<CreatedToken> {
  return request("/tokens", { method: "POST", body });
}

export function revokeToken(tokenId: string): Promise<void> {
  return request(pathOf("/tokens/:tokenId", { tokenId }), { method: "DELETE" });
}

/** Who changed what, newest first. */
export const auditQuery = pagesQuery<Page<AuditEntry>>("/audit", { limit: 100 });
