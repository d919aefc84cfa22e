import type { TokenScope } from "@mobigen/analytics-contract";
import type { Request, RequestHandler } from "express";
import { ApiError } from "../errors.js";
import type { Caller } from "../types.js";
import { setCaller } from "./caller.js";

export type TokenCaller = Extract<Caller, { kind: "token" }>;

export type TokenGuardOptions = {
  /** Who this token is, or null. Throws when the database can't tell. */
  verifyToken: (token: string) => Promise<TokenCaller | null>;
  /** Who a request without Authorization is, in development without an admin token; null refuses it. */
  anonymous: TokenCaller | null;
};

/** Makes the guard of everything outside /api/events: `requireToken("platform:read")`. `admin` implies every scope. */
export function createTokenGuard(options: TokenGuardOptions): (scope: TokenScope) => RequestHandler {
  return (scope) => async (req, res, next) => {
    const caller = await identifyToken(req, options, "Send a service token: Authorization: Bearer mgt_….");
    if (!caller.scopes.includes(scope) && !caller.scopes.includes("admin")) {
      throw new ApiError("forbidden", `This needs a token with the scope "${scope}".`);
    }
    setCaller(res, caller);
    next();
  };
}

/** Who comes with Authorization, or without where that is allowed. @throws ApiError unauthenticated; `advice` says what to send */
export async function identifyToken(
  req: Request,
  { verifyToken, anonymous }: TokenGuardOptions,
  advice: string,
): Promise<TokenCaller> {
  const header = req.get("authorization");
  if (header === undefined) {
    if (anonymous !== null && namesLoopback(req.get("host"))) return anonymous;
    throw unauthenticated(advice);
  }
  const token = header.match(/^Bearer +([\x21-\x7e]+) *$/i)?.[1];
  const caller = token === undefined ? null : await verifyToken(token);
  if (caller === null) throw unauthenticated("The token is unknown or revoked.");
  return caller;
}

/**
 * True when the Host header is a name of this machine alone. A web page whose name was re-bound to 127.0.0.1 reaches the
 * listener, but its requests still carry the page's own name.
 */
function namesLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host);
}

function unauthenticated(detail: string): ApiError {
  return new ApiError("unauthenticated", detail, {
    headers: { "WWW-Authenticate": 'Bearer realm="mobigen-analytics"' },
  });
}
