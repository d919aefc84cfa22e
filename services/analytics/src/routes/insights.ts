import {
  type AdoptionDimension,
  adoptionQuerySchema,
  eventNamesQuerySchema,
  insightSeriesQuerySchema,
  insightWindowQuerySchema,
  overviewQuerySchema,
  screensQuerySchema,
} from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { projectOf } from "../http/caller.js";
import { parseQuery } from "../http/parse.js";
import { type ActiveUserStores, readActiveUsers } from "../insights/active-users.js";
import { type AdoptionStores, readAdoption } from "../insights/adoption.js";
import { type EventNameStores, readEventNames, readScreens } from "../insights/event-names.js";
import { type InsightStores, readOverview } from "../insights/overview.js";
import { readQuestion } from "../insights/question.js";
import { readSeriesQuestion, readTimeSeries } from "../insights/time-series.js";
import type { Clock } from "../types.js";

export type InsightRoutes = Record<
  "overview" | "timeSeries" | "screens" | "events" | "activeUsers" | "versions" | "platforms" | "countries" | "devices",
  RequestHandler
>;

export type InsightRoutesDeps = {
  stores: InsightStores & EventNameStores & ActiveUserStores & AdoptionStores;
  clock: Clock;
};

const defaultShown = 10;

/** What a project's owner asks of the app. */
export function createInsightRoutes({ stores, clock }: InsightRoutesDeps): InsightRoutes {
  const adoptionBy =
    (dimension: AdoptionDimension): RequestHandler =>
    async (req, res) => {
      const query = parseQuery(adoptionQuerySchema, req.query);
      const asked = { dimension, granularity: query.granularity ?? "day", limit: query.limit ?? defaultShown };
      res.json(await readAdoption(stores, readQuestion(projectOf(res), query, clock()), asked, clock()));
    };

  return {
    async overview(req, res) {
      const question = readQuestion(projectOf(res), parseQuery(overviewQuerySchema, req.query), clock());
      res.json(await readOverview(stores, question, clock()));
    },

    async timeSeries(req, res) {
      const query = parseQuery(insightSeriesQuerySchema, req.query);
      const question = readSeriesQuestion(projectOf(res), query, clock());
      res.json(await readTimeSeries(stores, question, clock()));
    },

    async screens(req, res) {
      const query = parseQuery(screensQuerySchema, req.query);
      res.json(await readScreens(stores, readQuestion(projectOf(res), query, clock()), query));
    },

    async events(req, res) {
      const query = parseQuery(eventNamesQuerySchema, req.query);
      res.json(await readEventNames(stores, readQuestion(projectOf(res), query, clock()), query));
    },

    async activeUsers(req, res) {
      const question = readQuestion(projectOf(res), parseQuery(insightWindowQuerySchema, req.query), clock());
      res.json(await readActiveUsers(stores, question, clock()));
    },

    versions: adoptionBy("version"),
    platforms: adoptionBy("platform"),
    countries: adoptionBy("country"),
    devices: adoptionBy("device"),
  };
}
