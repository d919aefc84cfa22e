import { messageQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import type { Messages } from "../delivery/messages.js";
import { actorOf } from "../http/caller.js";
import { parseId, parseQuery } from "../http/parse.js";

export type MessageRoutes = ReturnType<typeof createMessageRoutes>;

export function createMessageRoutes(messages: Messages) {
  const list: RequestHandler = async (req, res) => {
    res.json(await messages.list(parseQuery(messageQuerySchema, req.query)));
  };
  const resend: RequestHandler = async (req, res) => {
    res.json(await messages.resend(parseId(req.params["messageId"], "messageId"), actorOf(res)));
  };
  return { list, resend };
}
