import { type SignedIn, type SignedInCaller, signInSchema } from "@mobigen/analytics-contract";
import type { Request, RequestHandler } from "express";
import type { Sessions } from "../access/sessions.js";
import { noQuerySchema, parseBody, parseQuery } from "../http/parse.js";
import { refuseOtherOrigins } from "../http/same-origin.js";
import type { SessionCookie } from "../http/session-cookie.js";
import type { Caller } from "../types.js";

export type SessionRouteParts = {
  sessions: Pick<Sessions, "open">;
  cookie: SessionCookie;
  /** Who a request is that needs no credentials, in development; null where there is no such thing. */
  anonymousOf: (req: Request) => Caller | null;
};

export type SessionRoutes = ReturnType<typeof createSessionRoutes>;

/** Signing in and out of the dashboard. None of them needs a guard: without a session there is nothing to see or end. */
export function createSessionRoutes({ sessions, cookie, anonymousOf }: SessionRouteParts) {
  const signIn: RequestHandler = async (req, res) => {
    refuseOtherOrigins(req);
    const { value, caller, expiresAt } = await sessions.open(parseBody(signInSchema, req.body).token);
    cookie.set(res, value, expiresAt);
    res.status(201).setHeader("Cache-Control", "no-store").json(toSession(caller, expiresAt));
  };

  const show: RequestHandler = async (req, res) => {
    parseQuery(noQuerySchema, req.query);
    const session = await cookie.read(req);
    const anonymous = session === null ? anonymousOf(req) : null;
    res.setHeader("Cache-Control", "no-store");
    if (session !== null) res.json(toSession(session.caller, session.expiresAt));
    else res.json(anonymous === null ? { caller: null } : toSession(anonymous, null));
  };

  const signOut: RequestHandler = (req, res) => {
    refuseOtherOrigins(req);
    cookie.clear(res);
    res.status(204).end();
  };

  return { signIn, show, signOut };
}

function toSession(caller: Caller, expiresAt: Date | null): SignedIn {
  const own: Pick<SignedInCaller, "kind" | "name" | "projectId"> =
    caller.kind === "key"
      ? { kind: "key", name: null, projectId: caller.project.id }
      : { kind: expiresAt === null ? "development" : "token", name: caller.name, projectId: null };
  return { caller: { ...own, scopes: [...caller.scopes], expiresAt: expiresAt?.toISOString() ?? null } };
}
