import type { Operation } from "./operation.js";

/** Signing in and out of the dashboard. */
export const sessionOperations: readonly Operation[] = [
  {
    method: "POST",
    path: "/session",
    tag: "Access",
    summary: "Signs in to the dashboard with a token, or a project's key that may read: sets its cookie",
    guard: "public",
    body: ["SignIn"],
    replies: { 201: ["SignedIn"] },
    problems: ["unauthenticated", "forbidden", "store_unavailable"],
  },
  {
    method: "GET",
    path: "/session",
    tag: "Access",
    summary: "Who is signed in, by the cookie of the request",
    guard: "public",
    replies: { 200: ["SignedIn"] },
    problems: ["invalid_query", "store_unavailable"],
  },
  {
    method: "DELETE",
    path: "/session",
    tag: "Access",
    summary: "Signs out: takes the cookie back",
    guard: "public",
    replies: { 204: null },
    problems: ["forbidden"],
  },
];
