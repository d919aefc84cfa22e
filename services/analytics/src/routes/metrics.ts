import { timeSeriesQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { noQuerySchema, parseQuery } from "../http/parse.js";
import { refusesCached } from "../http/refuses-cached.js";
import type { MetricsAggregator } from "../metrics-aggregator.js";

export function createMetricsRoutes({ metrics }: { metrics: MetricsAggregator }): {
  dashboard: RequestHandler;
  timeSeries: RequestHandler;
} {
  return {
    async dashboard(req, res) {
      parseQuery(noQuerySchema, req.query);
      res.json(await metrics.dashboard({ fresh: refusesCached(req) }));
    },

    async timeSeries(req, res) {
      res.json(await metrics.timeSeries(parseQuery(timeSeriesQuerySchema, req.query)));
    },
  };
}
