import { fleetQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import type { FleetReader } from "../fleet/fleet.js";
import { parseQuery } from "../http/parse.js";
import { refusesCached } from "../http/refuses-cached.js";

export type FleetRoutes = { show: RequestHandler };

export function createFleetRoutes({ fleet }: { fleet: FleetReader }): FleetRoutes {
  return {
    async show(req, res) {
      res.json(await fleet.page(parseQuery(fleetQuerySchema, req.query), { fresh: refusesCached(req) }));
    },
  };
}
