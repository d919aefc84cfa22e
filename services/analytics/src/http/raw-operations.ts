import * as contract from "@mobigen/analytics-contract";
import { type Operation, projectReader } from "./operation.js";

const problems = ["invalid_path", "invalid_query", "not_found", "wrong_project"] as const;
const ofReader = { method: "GET", tag: "App insights", guard: projectReader, problems } as const;

/** The single events of an app: what is in them, all of them, and those that come just now. */
export const rawOperations: readonly Operation[] = [
  {
    ...ofReader,
    path: "/api/projects/:projectId/events/properties",
    summary: "The properties of one type and name of events, with their most frequent values",
    query: contract.eventPropertiesQuerySchema,
    replies: { 200: ["EventProperties"] },
  },
  {
    ...ofReader,
    path: "/api/projects/:projectId/export",
    summary: "The raw events of an app as a file, CSV or NDJSON, oldest first, streamed",
    query: contract.exportQuerySchema,
    replies: { 200: ["ExportedEvent"] },
    problems: [...problems, "overloaded"],
  },
  {
    ...ofReader,
    path: "/api/projects/:projectId/live",
    summary: "The events of an app as they come in: a stream of server-sent events",
    replies: { 200: { mediaType: "text/event-stream" } },
    problems: [...problems, "overloaded"],
  },
];
