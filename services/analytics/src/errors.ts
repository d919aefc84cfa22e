import { type ProblemCode, type ProblemError, problems } from "@mobigen/analytics-contract";

/**
 * A refusal that the caller is told of: a stable code, a public text, and, for the log alone, the cause. Whatever else is
 * thrown is a bug and becomes a 500 without details.
 */
export class ApiError extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly errors: readonly ProblemError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Members beside the standard ones, e.g. the rate limit of a 429. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(
    code: ProblemCode,
    detail: string,
    more: {
      errors?: readonly ProblemError[];
      headers?: Record<string, string>;
      extra?: Record<string, unknown>;
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: more.cause });
    this.name = "ApiError";
    this.code = code;
    this.status = problems[code].status;
    this.errors = more.errors;
    this.headers = more.headers ?? {};
    this.extra = more.extra ?? {};
  }
}

export function notFound(what: string, id: string): ApiError {
  return new ApiError("not_found", `There is no ${what} "${id}".`);
}

export function invalidQuery(parameter: string, reason: string): ApiError {
  return new ApiError("invalid_query", `${parameter} ${reason}.`, { errors: [{ pointer: parameter, reason }] });
}

/**
 * The database can't be reached or gave up. Whether the rows are stored can't be said (the answer to a commit may be what was
 * lost), and need not be: sending them again is safe.
 */
export function storeUnavailable(cause: unknown): ApiError {
  return new ApiError(
    "store_unavailable",
    "The database can't be reached just now. Try again: what is stored already is not counted twice.",
    {
      headers: { "Retry-After": "2" },
      cause,
    },
  );
}

/** A queue is full: the caller should try again; nothing was stored. */
export function overloaded(detail: string): ApiError {
  return new ApiError("overloaded", detail, { headers: { "Retry-After": "1" } });
}

/**
 * True for an error that the data caused (SQLSTATE classes 21–23, e.g. a value out of range): the same rows will fail again,
 * others will not. Outages, time-outs and dead-locks are no bad data.
 */
export function isBadData(error: unknown): boolean {
  const sqlState = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof sqlState === "string" && /^2[123][0-9A-Z]{3}$/.test(sqlState);
}
