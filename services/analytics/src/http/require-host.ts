import type { RequestHandler } from "express";
import { ApiError } from "../errors.js";

/** HTTP/1.1 requires a Host header (RFC 9112, 3.2). Node's own check answers without a body. */
export function requireHost(): RequestHandler {
  return (req, _res, next) => {
    if (req.headers.host === undefined && req.httpVersionMinor > 0) {
      throw new ApiError("invalid_request", "A request of HTTP/1.1 must have a Host header.");
    }
    next();
  };
}
