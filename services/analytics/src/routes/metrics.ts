import { timeSeriesQuerySchema } from "@mobigen/analytics-contract";
import type { Request, RequestHandler } from "express";
import { noQuerySchema, parseQuery } from "../http/parse.js";
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

// `Cache-Control: no-cache` asks for numbers of now instead of those of the last five minutes (RFC 9111, 5.2.1.4).
function refusesCached(req: Request): boolean {
  return (req.get("cache-control") ?? "")
    .toLowerCase()
    .split(",")
    .map((part) => part.trim())
    .includes("no-cache");
}
