import { sessionQuerySchema, sessionsQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { projectOf } from "../http/caller.js";
import { parseId, parseQuery } from "../http/parse.js";
import { readQuestion } from "../insights/question.js";
import { readSession, readSessions } from "../insights/sessions.js";
import type { SessionStore } from "../stores/session-store.js";
import type { Clock } from "../types.js";

export type AppSessionRoutes = Record<"list" | "find", RequestHandler>;

/** The sessions of an app. (Those of the dashboard are in session.ts.) */
export function createAppSessionRoutes(deps: { sessions: SessionStore; clock: Clock }): AppSessionRoutes {
  const { sessions, clock } = deps;
  return {
    async list(req, res) {
      const query = parseQuery(sessionsQuerySchema, req.query);
      res.json(await readSessions(sessions, readQuestion(projectOf(res), query, clock()), query));
    },

    async find(req, res) {
      const id = parseId(req.params["sessionId"], "sessionId");
      res.json(await readSession(sessions, projectOf(res), id, parseQuery(sessionQuerySchema, req.query)));
    },
  };
}
