import { funnelSchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { projectOf } from "../http/caller.js";
import { parseBody } from "../http/parse.js";
import { type FunnelStores, readFunnel } from "../insights/funnel.js";
import { createTurns } from "../turns.js";
import type { Clock } from "../types.js";

export type FunnelRoutes = { show: RequestHandler };

export type FunnelRoutesDeps = { stores: FunnelStores; clock: Clock };

// A funnel keeps a connection and PostgreSQL's workers busy for up to seconds, with 64 MB in each: the rest of the pool is for others.
const turnsOptions = { name: "funnels", atOnce: 2, maxWaiting: 20, maxWaitMs: 10_000 };

/** How far people get. A question with a body: nothing is stored. */
export function createFunnelRoutes({ stores, clock }: FunnelRoutesDeps): FunnelRoutes {
  const turns = createTurns(turnsOptions);
  return {
    async show(req, res) {
      const funnel = parseBody(funnelSchema, req.body);
      res.json(await turns.run(() => readFunnel(stores, projectOf(res), funnel, clock())));
    },
  };
}
