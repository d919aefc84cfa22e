import * as contract from "@mobigen/analytics-contract";
import { type Operation, read } from "./operation.js";

/** The jobs and their runs. */
export const jobOperations: readonly Operation[] = [
  {
    method: "GET",
    path: "/jobs",
    tag: "Service",
    summary: "The jobs: when they run, and how each went last",
    guard: read,
    replies: { 200: ["JobOverview"] },
  },
  {
    method: "GET",
    path: "/jobs/:name/runs",
    tag: "Service",
    summary: "A job's runs, latest windows first: when, how long, by whom, what each step did",
    guard: read,
    query: contract.pageQuerySchema,
    replies: { 200: ["JobRunPage"] },
    problems: ["invalid_path", "invalid_query", "not_found"],
  },
];
