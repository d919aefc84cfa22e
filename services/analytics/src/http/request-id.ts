import { randomUUID } from "node:crypto";
import type { RequestHandler, Response } from "express";

const saneRequestId = /^[A-Za-z0-9._:/+=-]{1,128}$/;
const requestIds = new WeakMap<Response, string>();

/** Takes the caller's X-Request-Id when it is one that a log line can hold, else makes one; the reply repeats it. */
export function assignRequestId(): RequestHandler {
  return (req, res, next) => {
    const given = req.get("x-request-id");
    const id = given !== undefined && saneRequestId.test(given) ? given : randomUUID();
    requestIds.set(res, id);
    res.setHeader("X-Request-Id", id);
    next();
  };
}

export function requestIdOf(res: Response): string {
  return requestIds.get(res) ?? "unknown";
}
