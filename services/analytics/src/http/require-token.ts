import type { TokenScope } from "@mobigen/analytics-contract";
import type { Request, RequestHandler } from "express";
import { ApiError } from "../errors.js";
import type { Caller } from "../types.js";
import { setCaller } from "./caller.js";
import { refuseOtherOrigins } from "./same-origin.js";
import type { FindSession } from "./session-cookie.js";

export type TokenCaller = Extract<Caller, { kind: "token" }>;

export type TokenGuardOptions = {
  /** Who this token is, or null. Throws when the database can't tell. */
  verifyToken: (token: string) => Promise<TokenCaller | null>;
  /** Who holds the dashboard's cookie, on a request without Authorization. */
  findSession: FindSession;
  /** Who a request without credentials is, in development without an admin token; null refuses it. */
  anonymous: TokenCaller | null;
};

/** Makes the guard of everything outside /api/events: `requireToken("platform:read")`. `admin` implies every scope. */
export function createTokenGuard(options: TokenGuardOptions): (scope: TokenScope) => RequestHandler {
  return (scope) => async (req, res, next) => {
    const caller = await identifyReader(req, options, "Send a service token: Authorization: Bearer mgt_….");
    if (caller.kind === "key") throw new ApiError("forbidden", "A project's key opens that project only.");
    if (!caller.scopes.includes(scope) && !caller.scopes.includes("admin")) {
      throw new ApiError("forbidden", `This needs a token with the scope "${scope}".`);
    }
    setCaller(res, caller);
    next();
  };
}

/**
 * Who comes with Authorization; without it, who holds the dashboard's cookie (a project's key, perhaps); without that, who may come
 * with nothing. @throws ApiError unauthenticated, where `advice` says what to send; forbidden for a write by another place's page
 */
export async function identifyReader(req: Request, options: TokenGuardOptions, advice: string): Promise<Caller> {
  const header = req.get("authorization");
  if (header === undefined) {
    const caller = (await options.findSession(req)) ?? anonymousOf(req, options.anonymous);
    if (caller === null) throw unauthenticated(advice);
    return caller;
  }
  const token = header.match(/^Bearer +([\x21-\x7e]+) *$/i)?.[1];
  const caller = token === undefined ? null : await options.verifyToken(token);
  if (caller === null) throw unauthenticated("The token is unknown or revoked.");
  return caller;
}

/** Who a request without credentials is. @throws ApiError forbidden for a write that another place's page sends */
export function anonymousOf(req: Request, anonymous: TokenCaller | null): TokenCaller | null {
  if (anonymous === null || !namesLoopback(req.get("host"))) return null;
  refuseOtherOrigins(req);
  return anonymous;
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
