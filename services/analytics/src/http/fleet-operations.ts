import * as contract from "@mobigen/analytics-contract";
import { type Operation, read } from "./operation.js";

/** All apps side by side. */
export const fleetOperations: readonly Operation[] = [
  {
    method: "GET",
    path: "/metrics/projects",
    tag: "Metrics",
    summary: "All apps side by side: what they do, what they cost, and which stand out",
    guard: read,
    query: contract.fleetQuerySchema,
    headers: { "Cache-Control": { description: "no-cache: the numbers of now", example: "no-cache" } },
    replies: { 200: ["Fleet"] },
    problems: ["invalid_query"],
  },
];
