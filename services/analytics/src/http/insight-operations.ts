import * as contract from "@mobigen/analytics-contract";
import { type Operation, projectReader } from "./operation.js";

const problemsOfWindow = ["invalid_path", "invalid_query", "not_found", "wrong_project"] as const;
const problems = [...problemsOfWindow, "range_too_large"] as const;

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
  {
    method: "GET",
    path: "/api/projects/:projectId/screens",
    tag: "App insights",
    summary: "An app's screens by views, with who saw them where the period holds no more than a million events",
    guard: projectReader,
    query: contract.screensQuerySchema,
    replies: { 200: ["Screens"] },
    problems,
  },
  {
    method: "GET",
    path: "/api/projects/:projectId/events",
    tag: "App insights",
    summary: "The types and names of an app's events, the most frequent first",
    guard: projectReader,
    query: contract.eventNamesQuerySchema,
    replies: { 200: ["EventNames"] },
    problems,
  },
  {
    method: "GET",
    path: "/api/projects/:projectId/active-users",
    tag: "App insights",
    summary: "Different users of each day, of the seven and of the thirty that end with it; stickiness",
    guard: projectReader,
    query: contract.insightWindowQuerySchema,
    replies: { 200: ["ActiveUsers"] },
    problems: problemsOfWindow,
  },
  adoption("versions", "the versions of the app"),
  adoption("platforms", "platforms"),
  adoption("countries", "countries, as the time zones of devices tell them"),
  adoption("devices", "device models"),
];

function adoption(path: string, whom: string): Operation {
  return {
    method: "GET",
    path: `/api/projects/:projectId/${path}`,
    tag: "App insights",
    summary: `How an app's sessions divide among ${whom}, and how that changed`,
    guard: projectReader,
    query: contract.adoptionQuerySchema,
    replies: { 200: ["Adoption"] },
    problems: problemsOfWindow,
  };
}
