import { retentionQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { projectOf } from "../http/caller.js";
import { parseQuery } from "../http/parse.js";
import { readQuestion } from "../insights/question.js";
import { type RetentionStores, readRetention } from "../insights/retention.js";
import type { Clock } from "../types.js";

export type RetentionRoutes = { show: RequestHandler };

export type RetentionRoutesDeps = { stores: RetentionStores; clock: Clock };

/** Who comes back. */
export function createRetentionRoutes({ stores, clock }: RetentionRoutesDeps): RetentionRoutes {
  return {
    async show(req, res) {
      const query = parseQuery(retentionQuerySchema, req.query);
      const asked = { granularity: query.granularity ?? "week", mode: query.mode ?? "exact" };
      res.json(await readRetention(stores, readQuestion(projectOf(res), query, clock()), asked, clock()));
    },
  };
}
