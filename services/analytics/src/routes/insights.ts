import { insightSeriesQuerySchema, overviewQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { projectOf } from "../http/caller.js";
import { parseQuery } from "../http/parse.js";
import { type InsightStores, readOverview } from "../insights/overview.js";
import { readQuestion } from "../insights/question.js";
import { readSeriesQuestion, readTimeSeries } from "../insights/time-series.js";
import type { Clock } from "../types.js";

export type InsightRoutes = Record<"overview" | "timeSeries", RequestHandler>;

export type InsightRoutesDeps = { stores: InsightStores; clock: Clock };

/** What a project's owner asks of the app. */
export function createInsightRoutes({ stores, clock }: InsightRoutesDeps): InsightRoutes {
  return {
    async overview(req, res) {
      const question = readQuestion(projectOf(res), parseQuery(overviewQuerySchema, req.query), clock());
      res.json(await readOverview(stores, question, clock()));
    },

    async timeSeries(req, res) {
      const query = parseQuery(insightSeriesQuerySchema, req.query);
      const question = readSeriesQuestion(projectOf(res), query, clock());
      res.json(await readTimeSeries(stores, question, clock()));
    },
  };
}
