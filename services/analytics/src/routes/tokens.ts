import { newTokenSchema, pageQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import type { Tokens } from "../access/tokens.js";
import { actorOf } from "../http/caller.js";
import { parseBody, parseId, parseQuery } from "../http/parse.js";

export function createTokenRoutes(tokens: Tokens) {
  const create: RequestHandler = async (req, res) => {
    const token = await tokens.create(parseBody(newTokenSchema, req.body), actorOf(res));
    res.status(201).setHeader("Cache-Control", "no-store").json(token);
  };
  const list: RequestHandler = async (req, res) => {
    res.json(await tokens.list(parseQuery(pageQuerySchema, req.query)));
  };
  const revoke: RequestHandler = async (req, res) => {
    await tokens.revoke(parseId(req.params["tokenId"], "tokenId"), actorOf(res));
    res.status(204).end();
  };
  return { create, list, revoke };
}
