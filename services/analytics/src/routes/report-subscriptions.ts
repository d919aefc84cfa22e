import {
  newReportSubscriptionSchema,
  pageQuerySchema,
  reportSubscriptionPatchSchema,
} from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { actorOf } from "../http/caller.js";
import { noQuerySchema, parseBody, parseId, parseQuery } from "../http/parse.js";
import type { ReportSubscriptions } from "../reports/subscriptions.js";

export type ReportSubscriptionRoutes = ReturnType<typeof createReportSubscriptionRoutes>;

export function createReportSubscriptionRoutes(subscriptions: ReportSubscriptions) {
  const create: RequestHandler = async (req, res) => {
    const subscription = await subscriptions.create(parseBody(newReportSubscriptionSchema, req.body), actorOf(res));
    res.status(201).location(`/reports/subscriptions/${subscription.id}`).json(subscription);
  };
  const list: RequestHandler = async (req, res) => {
    res.json(await subscriptions.list(parseQuery(pageQuerySchema, req.query)));
  };
  const find: RequestHandler = async (req, res) => {
    parseQuery(noQuerySchema, req.query);
    res.json(await subscriptions.find(parseId(req.params["subscriptionId"], "subscriptionId")));
  };
  const update: RequestHandler = async (req, res) => {
    const id = parseId(req.params["subscriptionId"], "subscriptionId");
    res.json(await subscriptions.update(id, parseBody(reportSubscriptionPatchSchema, req.body), actorOf(res)));
  };
  const remove: RequestHandler = async (req, res) => {
    await subscriptions.remove(parseId(req.params["subscriptionId"], "subscriptionId"), actorOf(res));
    res.status(204).end();
  };
  return { create, list, find, update, remove };
}
