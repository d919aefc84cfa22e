import type { Request, RequestHandler, Response } from "express";
import { ApiError } from "../errors.js";
import { parseId } from "../http/parse.js";
import { askToUnsubscribe, confirmUnsubscribed, refuseUnsubscribe } from "../http/unsubscribe-page.js";
import type { ReportSubscriptions } from "../reports/subscriptions.js";

export type UnsubscribeRoutes = ReturnType<typeof createUnsubscribeRoutes>;

/** For whoever has the mail: the token in the link is all that they need. */
export function createUnsubscribeRoutes(subscriptions: Pick<ReportSubscriptions, "findByToken" | "unsubscribe">) {
  /** Changes nothing: mail servers and scanners open every link of a mail. */
  const ask: RequestHandler = async (req, res) => {
    const subscription = await subscriptions.findByToken(parseId(req.params["token"], "token"));
    if (subscription === null) refuse(req, res);
    else if (subscription.state === "unsubscribed") sendPage(res, 200, confirmUnsubscribed(subscription));
    else sendPage(res, 200, askToUnsubscribe(subscription));
  };
  /** The page's button, and a mail program's own (RFC 8058), whose body says nothing beyond that. */
  const unsubscribe: RequestHandler = async (req, res) => {
    const subscription = await subscriptions.unsubscribe(parseId(req.params["token"], "token"));
    if (subscription === null) refuse(req, res);
    else sendPage(res, 200, confirmUnsubscribed(subscription));
  };
  return { ask, unsubscribe };
}

/** A page for a browser, a problem for everybody else. */
function refuse(req: Request, res: Response): void {
  if (req.accepts(["json", "html"]) !== "html") {
    throw new ApiError("not_found", "This link belongs to no subscription.");
  }
  sendPage(res, 404, refuseUnsubscribe());
}

function sendPage(res: Response, status: number, page: string): void {
  // The link is a secret: it must not stay in a cache, nor go to another site.
  res.setHeader("Cache-Control", "no-store");
  res.setHeader("Referrer-Policy", "no-referrer");
  res.status(status).type("html").send(page);
}
