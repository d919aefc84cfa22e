import type { RequestHandler } from "express";
import { ApiError } from "../errors.js";

/** What still comes on kept connections while the service stops is sent elsewhere; nothing of it was begun. */
export function refuseWhenStopping(isStopping: () => boolean): RequestHandler {
  return (_req, res, next) => {
    if (isStopping()) {
      res.setHeader("Connection", "close");
      throw new ApiError("stopping", "The service is stopping. Nothing was stored; try again.", {
        headers: { "Retry-After": "1" },
      });
    }
    next();
  };
}
