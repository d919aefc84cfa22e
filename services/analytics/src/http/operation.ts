import type { KeyScope, ProblemCode, TokenScope } from "@mobigen/analytics-contract";
import type { z } from "zod";
import type { SchemaName } from "./schemas.js";

/** With both, either opens it: see require-project-reader.ts. */
export type Guard = "public" | { token: TokenScope } | { key: KeyScope } | { token: TokenScope; key: KeyScope };

export type Operation = {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** As api.ts has it. */
  path: string;
  tag:
    | "App events"
    | "App insights"
    | "Platform"
    | "Usage and cost"
    | "Prices"
    | "Budgets"
    | "Reports"
    | "Metrics"
    | "Projects"
    | "Access"
    | "Service";
  summary: string;
  guard: Guard;
  /** More than one: any of them. */
  body?: readonly SchemaName[];
  query?: z.ZodObject;
  /** Headers that change the reply, with what to try. */
  headers?: Readonly<Record<string, { description: string; example: string }>>;
  /** By status; null for a reply without a body, a media type for one that is no JSON. */
  replies: Readonly<Record<number, readonly SchemaName[] | { mediaType: string } | null>>;
  /** Beside those that any route of its guard can give. */
  problems?: readonly ProblemCode[];
};

export const read: Guard = { token: "platform:read" };
export const write: Guard = { token: "platform:write" };
export const admin: Guard = { token: "admin" };
export const ingest: Guard = { key: "ingest" };
export const projectReader: Guard = { token: "platform:read", key: "read" };
