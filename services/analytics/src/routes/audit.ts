import { pageQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import type { Audit } from "../access/audit.js";
import { parseQuery } from "../http/parse.js";

export function createAuditRoutes(audit: Audit) {
  const list: RequestHandler = async (req, res) => {
    res.json(await audit.list(parseQuery(pageQuerySchema, req.query)));
  };
  return { list };
}
