import { eventPropertiesQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { projectOf } from "../http/caller.js";
import { parseQuery } from "../http/parse.js";
import { type EventPropertyStores, readEventProperties } from "../insights/event-properties.js";
import { readQuestion } from "../insights/question.js";
import type { Clock } from "../types.js";

export type EventPropertyRoutes = { show: RequestHandler };

/** What an app says beside its events' names. */
export function createEventPropertyRoutes(deps: { stores: EventPropertyStores; clock: Clock }): EventPropertyRoutes {
  return {
    async show(req, res) {
      const { type, name, ...query } = parseQuery(eventPropertiesQuerySchema, req.query);
      const question = readQuestion(projectOf(res), query, deps.clock());
      res.json(await readEventProperties(deps.stores, { ...question, type, name }, query));
    },
  };
}
