import { newPriceSchema, pageQuerySchema, priceQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { ApiError } from "../errors.js";
import { actorOf } from "../http/caller.js";
import { parseBody, parseId, parseQuery } from "../http/parse.js";
import type { Prices } from "../prices.js";

export type PriceRoutes = ReturnType<typeof createPriceRoutes>;

export function createPriceRoutes(prices: Prices) {
  const list: RequestHandler = async (req, res) => {
    res.json(await prices.list(parseQuery(priceQuerySchema, req.query)));
  };
  const set: RequestHandler = async (req, res) => {
    refuseMissingUnit(req.body);
    res.status(201).json(await prices.set(parseBody(newPriceSchema, req.body), actorOf(res)));
  };
  const end: RequestHandler = async (req, res) => {
    res.json(await prices.end(parseId(req.params["priceId"], "priceId"), actorOf(res)));
  };
  const listUnpriced: RequestHandler = async (req, res) => {
    res.json(await prices.listUnpriced(parseQuery(pageQuerySchema, req.query)));
  };
  return { list, set, end, listUnpriced };
}

const withoutUnit = ["price", "input", "output", "cacheRead", "cacheWrite", "cacheWrite1h"];

// A slip of the unit is a bill a thousand times too high: the answer says more than that the field is not known.
function refuseMissingUnit(body: unknown): void {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return;
  const errors = Object.keys(body)
    .filter((name) => withoutUnit.includes(name) || /per_?(1?k|thousand|token)$/i.test(name))
    .map((name) => ({
      pointer: `/${name}`,
      reason: "has no known unit: prices are US dollars a million tokens, as inputPerMillion and outputPerMillion",
    }));
  if (errors[0] === undefined) return;
  throw new ApiError("invalid_body", `${errors[0].pointer} ${errors[0].reason}.`, { errors });
}
