import { actorQuerySchema, actorsQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { projectOf } from "../http/caller.js";
import { parseId, parseQuery } from "../http/parse.js";
import { readActor, readActors } from "../insights/actors.js";
import type { ActorStore } from "../stores/actor-store.js";
import type { Clock } from "../types.js";

export type ActorRoutes = Record<"list" | "find", RequestHandler>;

/** Who acts in an app. */
export function createActorRoutes({ actors, clock }: { actors: ActorStore; clock: Clock }): ActorRoutes {
  return {
    async list(req, res) {
      res.json(await readActors(actors, projectOf(res), parseQuery(actorsQuerySchema, req.query)));
    },

    async find(req, res) {
      const id = parseId(req.params["actorId"], "actorId");
      const query = parseQuery(actorQuerySchema, req.query);
      res.json(await readActor(actors, projectOf(res), id, { ...query, now: clock() }));
    },
  };
}
