import type { Problem, ProblemCode } from "@mobigen/analytics-contract";

/** A refusal of the service, in its own words. */
export class ApiProblem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly requestId: string;
  readonly errors: NonNullable<Problem["errors"]>;

  constructor({ code, status, detail, requestId, errors = [] }: Problem) {
    super(detail);
    this.name = "ApiProblem";
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.errors = errors;
  }
}

/** No answer, or one that is not the service's: it is down, or something between is. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super("The service can't be reached.", { cause });
    this.name = "Unreachable";
  }
}

/** Whether the same request may well succeed in a moment. */
export function isPassing(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof ApiProblem && error.status === 503);
}

/** What is wrong with the fields of a form that was sent, by their names in the body: `/limit` is `limit`. */
export function faultsOf(error: unknown): Readonly<Record<string, string | undefined>> {
  if (!(error instanceof ApiProblem)) return {};
  return Object.fromEntries(error.errors.map(({ pointer, reason }) => [pointer.split("/")[1] ?? pointer, reason]));
}
