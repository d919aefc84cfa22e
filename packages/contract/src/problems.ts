import { z } from "zod";

/** Every code that an error reply can carry, with its HTTP status and title. Codes are stable: clients may switch on them. */
export const problems = {
  invalid_request: { status: 400, title: "That is no valid HTTP request" },
  invalid_json: { status: 400, title: "The body is not valid JSON" },
  invalid_body: { status: 400, title: "The body does not have the expected shape" },
  invalid_query: { status: 400, title: "A query parameter is not valid" },
  invalid_path: { status: 400, title: "A path parameter is not valid" },
  empty_batch: { status: 400, title: "The batch has no entries" },
  event_rejected: { status: 400, title: "The event was rejected" },
  body_incomplete: { status: 400, title: "The body ended early" },
  unauthenticated: { status: 401, title: "Credentials are missing or wrong" },
  forbidden: { status: 403, title: "These credentials do not allow that" },
  wrong_project: { status: 403, title: "The key belongs to another project" },
  not_found: { status: 404, title: "There is no such thing" },
  method_not_allowed: { status: 405, title: "The method is not allowed here" },
  request_timeout: { status: 408, title: "The body came too slowly" },
  already_exists: { status: 409, title: "It exists already" },
  request_conflict: { status: 409, title: "The same id was sent before with other content" },
  price_overlap: { status: 409, title: "Another price holds in that time" },
  limit_reached: { status: 409, title: "A limit is reached" },
  archived: { status: 410, title: "It is archived" },
  body_too_large: { status: 413, title: "The body is too large" },
  batch_too_large: { status: 413, title: "The batch has too many entries" },
  unsupported_media_type: { status: 415, title: "The content type is not supported" },
  unsupported_encoding: { status: 415, title: "The content encoding is not supported" },
  range_too_large: { status: 422, title: "The period holds more events than this question reads" },
  headers_too_large: { status: 431, title: "The headers are too large" },
  rate_limited: { status: 429, title: "Too many events in this minute" },
  internal: { status: 500, title: "Something went wrong here" },
  overloaded: { status: 503, title: "The service is full" },
  store_unavailable: { status: 503, title: "The database can't be reached" },
  stopping: { status: 503, title: "The service is stopping" },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

/** One fault of a body or query: where (JSON pointer, or the parameter's name) and why. */
export const problemErrorSchema = z.object({
  pointer: z.string(),
  reason: z.string(),
  code: z.string().optional(),
});

/** An error reply, `application/problem+json` (RFC 9457). */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string(),
  requestId: z.string(),
  errors: z.array(problemErrorSchema).optional(),
});

export type ProblemError = z.infer<typeof problemErrorSchema>;
export type Problem = z.infer<typeof problemSchema>;
