import { funnelSchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { projectOf } from "../http/caller.js";
import { parseBody } from "../http/parse.js";
import { type FunnelStores, readFunnel } from "../insights/funnel.js";
import type { Clock } from "../types.js";

export type FunnelRoutes = { show: RequestHandler };

export type FunnelRoutesDeps = { stores: FunnelStores; clock: Clock };

/** How far people get. A question with a body: nothing is stored. */
export function createFunnelRoutes({ stores, clock }: FunnelRoutesDeps): FunnelRoutes {
  return {
    async show(req, res) {
      res.json(await readFunnel(stores, projectOf(res), parseBody(funnelSchema, req.body), clock()));
    },
  };
}
