import type { Request, Response } from "express";
import type { Sessions } from "../access/sessions.js";
import type { Caller } from "../types.js";
import { requireSameOrigin } from "./same-origin.js";

export type SessionCookie = ReturnType<typeof createSessionCookie>;

/** Who holds the request's cookie; null without one, or when its session is over. @throws ApiError forbidden */
export type FindSession = (req: Request) => Promise<Caller | null>;

/**
 * The dashboard's cookie: out of reach of scripts, and sent by no page but ours. `isSecure`: people come by https, and the browser
 * must never send it in the clear.
 */
export function createSessionCookie(sessions: Pick<Sessions, "find">, isSecure: boolean) {
  // With the prefix a browser takes it over https only, for this host only.
  const name = isSecure ? "__Host-mobigen_session" : "mobigen_session";
  const attributes = `; Path=/; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;

  return {
    set(res: Response, value: string, expiresAt: Date): void {
      res.append("Set-Cookie", `${name}=${value}${attributes}; Expires=${expiresAt.toUTCString()}`);
    },

    clear(res: Response): void {
      res.append("Set-Cookie", `${name}=${attributes}; Max-Age=0`);
    },

    async read(req: Request): ReturnType<Sessions["find"]> {
      const value = cookieValue(req.get("cookie"), name);
      return value === undefined ? null : sessions.find(value);
    },

    /** For the guards: who holds it, once it is sure that a page of ours sent the request. */
    find: (async (req) => {
      const value = cookieValue(req.get("cookie"), name);
      const session = value === undefined ? null : await sessions.find(value);
      if (session === null) return null;
      requireSameOrigin(req);
      return session.caller;
    }) satisfies FindSession,
  };
}

function cookieValue(header: string | undefined, name: string): string | undefined {
  const pairs = header?.split(";").map((pair) => pair.trim()) ?? [];
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
