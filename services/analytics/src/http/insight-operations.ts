import * as contract from "@mobigen/analytics-contract";
import { type Operation, projectReader } from "./operation.js";

const problems = ["invalid_path", "invalid_query", "not_found", "wrong_project", "range_too_large"] as const;

/** Who uses an app, and how. */
export const insightOperations: readonly Operation[] = [
  {
    method: "GET",
    path: "/api/projects/:projectId/overview",
    tag: "App insights",
    summary: "An app at a glance: events, sessions, users, each beside the period before",
    guard: projectReader,
    query: contract.overviewQuerySchema,
    replies: { 200: ["Overview"] },
    problems,
  },
  {
    method: "GET",
    path: "/api/projects/:projectId/timeseries",
    tag: "App insights",
    summary: "One figure of an app over time, zero-filled, newest first",
    guard: projectReader,
    query: contract.insightSeriesQuerySchema,
    replies: { 200: ["InsightSeries"] },
    problems,
  },
];
