import { costQuerySchema, recostSchema, windowQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { readCostGroups } from "../cost-groups.js";
import type { CostMonitor } from "../cost-monitor.js";
import { invalidQuery } from "../errors.js";
import { actorOf } from "../http/caller.js";
import { parseBody, parseId, parseQuery } from "../http/parse.js";
import { resolveWindow } from "../periods.js";
import type { Recost } from "../recost.js";
import type { CostStore } from "../stores/cost-store.js";
import type { Clock } from "../types.js";

export type CostRoutesDeps = { costs: CostMonitor; ledger: CostStore; recost: Recost; clock: Clock };

export type CostRoutes = Record<"ofPlatform" | "ofUser" | "ofProject" | "recost", RequestHandler>;

const defaultPeriod = "month";

export function createCostRoutes({ costs, ledger, recost, clock }: CostRoutesDeps): CostRoutes {
  /** The whole platform: its breakdown, or a page of groups. */
  const ofPlatform: RequestHandler = async (req, res) => {
    const { groupBy, ...query } = parseQuery(costQuerySchema, req.query);
    const { period, from, to, tz, order, ...more } = query;
    const window = resolveWindow({ period, from, to, tz, order }, clock(), { defaultPeriod });
    if (groupBy !== undefined) {
      res.json(await readCostGroups(ledger, { groupBy, ...query }, window));
      return;
    }
    for (const [name, value] of Object.entries(more)) {
      if (value !== undefined) throw invalidQuery(name, "needs groupBy beside it");
    }
    res.json(await costs.costsOf({ kind: "platform" }, window));
  };

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

  return {
    ofPlatform,
    ofUser,
    ofProject,
    recost: async (req, res) => {
      res.json(await recost.recost(parseBody(recostSchema, req.body), actorOf(res)));
    },
  };
}
