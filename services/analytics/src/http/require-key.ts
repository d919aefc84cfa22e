import type { KeyScope } from "@mobigen/analytics-contract";
import type { Request, RequestHandler } from "express";
import { ApiError } from "../errors.js";
import type { Caller } from "../types.js";
import { setCaller } from "./caller.js";

export type KeyCaller = Extract<Caller, { kind: "key" }>;

/** Who this key is, or null. Throws when the database can't tell. */
export type VerifyKey = (key: string) => Promise<KeyCaller | null>;

/** Makes the guard of what a project's key opens: `requireKey("ingest")`. The key comes in X-API-Key. */
export function createKeyGuard(verifyKey: VerifyKey): (scope: KeyScope) => RequestHandler {
  return (scope) => async (req, res, next) => {
    const caller = await identifyKey(req, verifyKey);
    // Before the scope is looked at: a refusal for want of it tells the project's rate limit, too.
    setCaller(res, caller);
    if (!caller.scopes.includes(scope)) throw new ApiError("forbidden", `This needs a key with the scope "${scope}".`);
    next();
  };
}

/** Who comes with X-API-Key. @throws ApiError unauthenticated */
export async function identifyKey(req: Request, verifyKey: VerifyKey): Promise<KeyCaller> {
  const key = req.get("x-api-key");
  if (key === undefined || key === "") throw unauthenticated("Send the project's key: X-API-Key: mgk_….");
  const caller = await verifyKey(key);
  if (caller === null) throw unauthenticated("The key is unknown or revoked.");
  return caller;
}

function unauthenticated(detail: string): ApiError {
  return new ApiError("unauthenticated", detail, {
    headers: { "WWW-Authenticate": 'X-API-Key realm="mobigen-analytics"' },
  });
}
