import { pageQuerySchema } from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { parseId, parseQuery } from "../http/parse.js";
import type { JobReports } from "../jobs/job-reports.js";

export type JobRoutes = ReturnType<typeof createJobRoutes>;

export function createJobRoutes(reports: JobReports) {
  const list: RequestHandler = async (_req, res) => {
    res.json(await reports.overview());
  };
  const listRuns: RequestHandler = async (req, res) => {
    const name = parseId(req.params["name"], "name");
    res.json(await reports.runsOf(name, parseQuery(pageQuerySchema, req.query)));
  };
  return { list, listRuns };
}
