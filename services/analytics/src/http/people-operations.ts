import * as contract from "@mobigen/analytics-contract";
import { type Operation, projectReader } from "./operation.js";

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
];
