import { pipeline } from "node:stream/promises";
import {
  actorExportQuerySchema,
  actorQuerySchema,
  actorsQuerySchema,
  exportMediaTypes,
  pageQuerySchema,
} from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { actorOf, projectOf } from "../http/caller.js";
import { noQuerySchema, parseId, parseQuery } from "../http/parse.js";
import { type ActorExportStores, exportActor } from "../insights/actor-export.js";
import { readActor, readActors } from "../insights/actors.js";
import { eraseActor, readErasures } from "../insights/erasure.js";
import type { Clock } from "../types.js";

export type ActorRoutes = Record<"list" | "find" | "export" | "erase" | "listErasures", RequestHandler>;

export type ActorRoutesDeps = { stores: ActorExportStores; clock: Clock };

/** Who acts in an app. */
export function createActorRoutes({ stores, clock }: ActorRoutesDeps): ActorRoutes {
  return {
    async list(req, res) {
      res.json(await readActors(stores.actors, projectOf(res), parseQuery(actorsQuerySchema, req.query)));
    },

    async find(req, res) {
      const id = parseId(req.params["actorId"], "actorId");
      const query = parseQuery(actorQuerySchema, req.query);
      res.json(await readActor(stores.actors, projectOf(res), id, { ...query, now: clock() }));
    },

    async export(req, res) {
      const id = parseId(req.params["actorId"], "actorId");
      const { format = "ndjson" } = parseQuery(actorExportQuerySchema, req.query);
      const requestedBy = actorOf(res);
      const pieces = await exportActor(stores, projectOf(res), id, { requestedBy, format, clock });
      res.setHeader("Content-Type", format === "json" ? "application/json; charset=utf-8" : exportMediaTypes.ndjson);
      res.setHeader("Content-Disposition", `attachment; filename="actor.${format}"`);
      try {
        await pipeline(pieces, res);
      } catch (error) {
        // Whoever hung up needs no reply.
        if (!res.destroyed || !isHangUp(error)) throw error;
      }
    },

    async erase(req, res) {
      parseQuery(noQuerySchema, req.query);
      const id = parseId(req.params["actorId"], "actorId");
      res.json(await eraseActor(stores.erasures, projectOf(res), id, { requestedBy: actorOf(res), clock }));
    },

    async listErasures(req, res) {
      res.json(await readErasures(stores.erasures, projectOf(res), parseQuery(pageQuerySchema, req.query)));
    },
  };
}

function isHangUp(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";
}
