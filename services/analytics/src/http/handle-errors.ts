import { type Problem, problems } from "@mobigen/analytics-contract";
import type { ErrorRequestHandler, Request, RequestHandler, Response } from "express";
import { ApiError, storeUnavailable } from "../errors.js";
import type { Logger } from "../logger.js";
import { isDatabaseOutage } from "../outage.js";
import { requestIdOf } from "./request-id.js";

// A body that is refused unread is let run out for this long, so that the client gets to read the reply: closing at once
// would reset the connection under it.
const lingerMs = 1_000;
// Less than this still to come is swallowed by Node itself, and the connection goes on.
const maxSwallowedBytes = 64 * 1024;
// An outage refuses thousands of requests a second: one line of it every so often says as much.
const outageLogIntervalMs = 5_000;

/** The last middleware: every error becomes one problem+json reply and one line in the log. */
export function handleErrors(logger: Logger): ErrorRequestHandler {
  const logOutage = throttle(outageLogIntervalMs);
  return (error: unknown, req, res, _next) => {
    const refusal = toApiError(error);
    log(refusal, error, req, res);
    if (res.headersSent) {
      // Half a reply can't be taken back; cutting it off tells the client that it is not whole.
      res.destroy();
      return;
    }
    sendProblem(req, res, refusal);
  };

  function log(refusal: ApiError, error: unknown, req: Request, res: Response): void {
    const line = { requestId: requestIdOf(res), method: req.method, path: req.path, code: refusal.code };
    if (refusal.code === "internal") logger.error({ ...line, err: error }, "a request failed");
    else if (refusal.code === "store_unavailable") {
      logOutage((suppressed) => logger.error({ ...line, suppressed, err: refusal.cause }, "the database is away"));
    } else if (refusal.status >= 500) logOutage((suppressed) => logger.warn({ ...line, suppressed }, refusal.message));
    else logger.debug({ ...line, detail: refusal.message, cause: refusal.cause }, "a request was refused");
  }
}

/** What is left when no route took the request. */
export function refuseUnknownRoute(): RequestHandler {
  return (req) => {
    throw new ApiError("not_found", `There is no ${req.method} ${req.path}.`);
  };
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (isDatabaseOutage(error)) return storeUnavailable(error);
  if (error instanceof URIError) return new ApiError("invalid_path", "The path is not validly percent-encoded.");
  return new ApiError("internal", "Something went wrong here. The request id helps us to find it.", { cause: error });
}

function sendProblem(req: Request, res: Response, error: ApiError): void {
  const problem: Problem = {
    type: "about:blank",
    title: problems[error.code].title,
    status: error.status,
    code: error.code,
    detail: error.message,
    requestId: requestIdOf(res),
    ...(error.errors === undefined ? {} : { errors: [...error.errors] }),
  };
  const body = Buffer.from(JSON.stringify({ ...error.extra, ...problem }));
  for (const [name, value] of Object.entries(error.headers)) res.setHeader(name, value);
  res.statusCode = error.status;
  res.setHeader("Content-Type", "application/problem+json; charset=utf-8");
  res.setHeader("Content-Length", body.length);
  res.setHeader("Cache-Control", "no-store");
  // Who was too slow already would only drip on into a connection that is kept.
  if (error.code !== "request_timeout" && mayKeepConnection(req)) res.end(req.method === "HEAD" ? undefined : body);
  else endAfterBody(req, res, body);
}

function mayKeepConnection(req: Request): boolean {
  if (req.complete) return true;
  const length = req.headers["content-length"];
  const isWaitingForContinue = req.headers.expect !== undefined;
  if (length === undefined) return req.headers["transfer-encoding"] === undefined;
  return Number(length) <= maxSwallowedBytes && !isWaitingForContinue;
}

/** Sends the whole reply now, and closes once the body has run out or had its time. */
function endAfterBody(req: Request, res: Response, body: Buffer): void {
  res.setHeader("Connection", "close");
  res.write(body);
  const timer = setTimeout(end, lingerMs);
  req.once("end", end).once("close", end).once("error", end);
  res.once("close", end);
  req.resume();

  function end(): void {
    clearTimeout(timer);
    if (!res.writableEnded) res.end();
  }
}

function throttle(intervalMs: number): (write: (suppressed: number) => void) => void {
  let quietUntil = 0;
  let suppressed = 0;
  return (write) => {
    const now = performance.now();
    if (now < quietUntil) {
      suppressed += 1;
      return;
    }
    quietUntil = now + intervalMs;
    write(suppressed);
    suppressed = 0;
  };
}
