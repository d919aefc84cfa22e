import * as contract from "@mobigen/analytics-contract";
import { type Operation, projectReader } from "./operation.js";

const problemsOfWindow = ["invalid_path", "invalid_query", "not_found", "wrong_project"] as const;

/** Who comes back to an app, and how far they get in it. */
export const retentionOperations: readonly Operation[] = [
  {
    method: "GET",
    path: "/api/projects/:projectId/retention",
    tag: "App insights",
    summary: "Of those who came for the first time in an interval, how many came in each that followed",
    guard: projectReader,
    query: contract.retentionQuerySchema,
    replies: { 200: ["Retention"] },
    problems: problemsOfWindow,
  },
  {
    method: "POST",
    path: "/api/projects/:projectId/funnels",
    tag: "App insights",
    summary: "How many did these things in this order, step by step; a question with a body, nothing is stored",
    guard: projectReader,
    body: ["Funnel"],
    replies: { 200: ["FunnelResult"] },
    problems: [...problemsOfWindow, "range_too_large"],
  },
];
