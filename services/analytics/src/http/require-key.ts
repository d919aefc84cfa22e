import type { KeyScope } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { ApiError } from "../errors.js";
import type { Caller } from "../types.js";
import { setCaller } from "./caller.js";

export type KeyCaller = Extract<Caller, { kind: "key" }>;

/** Makes the guard of what a project's key opens: `requireKey("ingest")`. The key comes in X-API-Key. */
export function createKeyGuard(
  verifyKey: (key: string) => Promise<KeyCaller | null>,
): (scope: KeyScope) => RequestHandler {
  return (scope) => async (req, res, next) => {
    const key = req.get("x-api-key");
    if (key === undefined || key === "") throw unauthenticated("Send the project's key: X-API-Key: mgk_….");
    const caller = await verifyKey(key);
    if (caller === null) throw unauthenticated("The key is unknown or revoked.");
    if (!caller.scopes.includes(scope)) throw new ApiError("forbidden", `This needs a key with the scope "${scope}".`);
    setCaller(res, caller);
    next();
  };
}

function unauthenticated(detail: string): ApiError {
  return new ApiError("unauthenticated", detail, {
    headers: { "WWW-Authenticate": 'X-API-Key realm="mobigen-analytics"' },
  });
}
