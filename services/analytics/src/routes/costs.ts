import { windowQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import type { CostMonitor } from "../cost-monitor.js";
import { parseId, parseQuery } from "../http/parse.js";
import { resolveWindow } from "../periods.js";
import type { Clock } from "../types.js";

export type CostRoutesDeps = { costs: CostMonitor; clock: Clock };

export type CostRoutes = { ofUser: RequestHandler; ofProject: RequestHandler };

const defaultPeriod = "month";

export function createCostRoutes({ costs, clock }: CostRoutesDeps): CostRoutes {
  const ofUser: RequestHandler = async (req, res) => {
    const id = parseId(req.params["userId"], "userId");
    const window = resolveWindow(parseQuery(windowQuerySchema, req.query), clock(), { defaultPeriod });
    res.json(await costs.costsOf({ kind: "user", id }, window));
  };

  const ofProject: RequestHandler = async (req, res) => {
    const id = parseId(req.params["projectId"], "projectId");
    const window = resolveWindow(parseQuery(windowQuerySchema, req.query), clock(), { defaultPeriod });
    res.json(await costs.costsOf({ kind: "project", id }, window));
  };

  return { ofUser, ofProject };
}
