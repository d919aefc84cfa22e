import { newKeySchema, pageQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import type { ApiKeys } from "../access/api-keys.js";
import { actorOf } from "../http/caller.js";
import { parseBody, parseId, parseQuery } from "../http/parse.js";

export function createKeyRoutes(keys: ApiKeys) {
  const create: RequestHandler = async (req, res) => {
    const projectId = parseId(req.params["projectId"], "projectId");
    const key = await keys.create(projectId, parseBody(newKeySchema, req.body), actorOf(res));
    res.status(201).setHeader("Cache-Control", "no-store").json(key);
  };
  const list: RequestHandler = async (req, res) => {
    const projectId = parseId(req.params["projectId"], "projectId");
    res.json(await keys.list(projectId, parseQuery(pageQuerySchema, req.query)));
  };
  const revoke: RequestHandler = async (req, res) => {
    const projectId = parseId(req.params["projectId"], "projectId");
    await keys.revoke(projectId, parseId(req.params["keyId"], "keyId"), actorOf(res));
    res.status(204).end();
  };
  return { create, list, revoke };
}
