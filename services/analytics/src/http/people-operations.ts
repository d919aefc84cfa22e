import * as contract from "@mobigen/analytics-contract";
import { admin, type Operation, projectReader } from "./operation.js";

const problems = ["invalid_path", "invalid_query", "not_found", "wrong_project"] as const;
const ofReader = { method: "GET", tag: "App insights", guard: projectReader, problems } as const;

/** The people who use an app, one by one. */
export const peopleOperations: readonly Operation[] = [
  {
    ...ofReader,
    path: "/api/projects/:projectId/sessions",
    summary: "The sessions that began in a period, newest first",
    query: contract.sessionsQuerySchema,
    replies: { 200: ["Sessions"] },
  },
  {
    ...ofReader,
    path: "/api/projects/:projectId/sessions/:sessionId",
    summary: "One session with its events, oldest first",
    query: contract.sessionQuerySchema,
    replies: { 200: ["SessionTimeline"] },
  },
  {
    ...ofReader,
    path: "/api/projects/:projectId/actors",
    summary: "Who acted in an app, last seen first",
    query: contract.actorsQuerySchema,
    replies: { 200: ["ActorPage"] },
  },
  {
    ...ofReader,
    path: "/api/projects/:projectId/actors/:actorId",
    summary: "One user or install with their days and events, newest first",
    query: contract.actorQuerySchema,
    replies: { 200: ["ActorTimeline"] },
  },
  {
    ...ofReader,
    path: "/api/projects/:projectId/actors/:actorId/export",
    summary: "All that is known of a user or install, streamed as NDJSON (or, with format=json, as one document)",
    guard: admin,
    query: contract.actorExportQuerySchema,
    replies: { 200: ["ActorExport"] },
    problems: ["invalid_path", "invalid_query", "not_found"],
  },
  {
    method: "DELETE",
    path: "/api/projects/:projectId/actors/:actorId",
    tag: "App insights",
    summary: "Erases a user or install with their events and all that these count for; replies with a receipt",
    guard: admin,
    replies: { 200: ["Erasure"] },
    problems: ["invalid_path", "invalid_query", "not_found", "overloaded"],
  },
  {
    ...ofReader,
    path: "/api/projects/:projectId/erasures",
    summary: "Receipts of erased users and installs, newest first",
    query: contract.pageQuerySchema,
    replies: { 200: ["ErasurePage"] },
  },
];
