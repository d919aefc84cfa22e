import type { RateLimit } from "@mobigen/analytics-contract";
import type { ErrorRequestHandler, Response } from "express";
import type { RateVerdict } from "../access/rate-limiter.js";
import { ApiError } from "../errors.js";
import type { KeyProject } from "../types.js";
import { knownKeyProjectOf } from "./caller.js";

/** The limit's name in the headers, and its window in seconds. */
const policy = "events";
const windowSeconds = 60;

/**
 * Header fields of draft-ietf-httpapi-ratelimit-headers-10: q is the quota, w its window, r what remains, t the seconds until the
 * window ends.
 */
export function announceRate(res: Response, { count, limit, exceeded, resetSeconds }: RateVerdict): void {
  res.setHeader("RateLimit-Policy", `"${policy}";q=${limit};w=${windowSeconds}`);
  const remaining = exceeded ? 0 : Math.max(0, limit - count);
  res.setHeader("RateLimit", `"${policy}";r=${remaining};t=${resetSeconds}`);
}

/**
 * Tells the rate where a request was refused before its events were counted, as far as its key says whose they are: a client learns
 * its limit from every reply. `readRate` counts nothing.
 */
export function announceRateOnRefusal(readRate: (project: KeyProject) => Promise<RateVerdict>): ErrorRequestHandler {
  return async (error: unknown, _req, res, next) => {
    const project = knownKeyProjectOf(res);
    if (project !== null && !res.hasHeader("RateLimit")) announceRate(res, await readRate(project));
    next(error);
  };
}

/** The rate limit as replies carry it. */
export function rateLimitOf({ count, limit, exceeded }: RateVerdict): RateLimit {
  return { count, limit, exceeded };
}

/** 429 with the brief's members beside the problem's: nothing was stored. */
export function rateLimited(rate: RateVerdict, events: number): ApiError {
  const fits =
    events > rate.limit
      ? "One request of this size never fits: send fewer events at once."
      : `Try again in ${rate.retryAfterSeconds} s.`;
  return new ApiError(
    "rate_limited",
    `This project may send ${rate.limit} events a minute. Nothing was stored. ${fits}`,
    {
      headers: { "Retry-After": String(rate.retryAfterSeconds) },
      extra: { success: false, accepted: 0, rejected: 0, duplicates: 0, rateLimit: rateLimitOf(rate) },
    },
  );
}
