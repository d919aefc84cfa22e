import type { RequestHandler } from "express";

const maxAgeSeconds = 600;
const readableHeaders =
  "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset";

/**
 * Lets web builds of generated apps send events from any origin. Keys travel in a header and no cookie is read on these
 * routes, so that no origin gains anything but what its key allows.
 */
export function allowAnyOrigin(methods: string): { headers: RequestHandler; preflight: RequestHandler } {
  return {
    headers: (_req, res, next) => {
      res.setHeader("Access-Control-Allow-Origin", "*");
      res.setHeader("Access-Control-Expose-Headers", readableHeaders);
      res.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
      next();
    },
    preflight: (_req, res) => {
      res.setHeader("Allow", `${methods}, OPTIONS`);
      res.setHeader("Access-Control-Allow-Methods", methods);
      res.setHeader("Access-Control-Allow-Headers", "Content-Type, Content-Encoding, X-API-Key, X-Request-Id");
      res.setHeader("Access-Control-Max-Age", String(maxAgeSeconds));
      res.status(204).end();
    },
  };
}
