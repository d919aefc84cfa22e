import { IncomingMessage, ServerResponse } from "node:http";
import type { Express } from "express";

/** For http.createServer(). */
export type ExpressMessages = { IncomingMessage: typeof IncomingMessage; ServerResponse: typeof ServerResponse };

/**
 * Classes of requests and responses that have the app's methods from the moment they are made, and change nothing for what is mounted
 * in it. Express gives each of them another prototype when it comes; V8 then keeps it, with its body and all that was made of it, over
 * collections of young objects that it need not survive, until a full collection. Setting the prototype that an object has is nothing.
 */
export function createExpressMessages(app: Express): ExpressMessages {
  class AppRequest extends IncomingMessage {}
  class AppResponse<Request extends IncomingMessage> extends ServerResponse<Request> {}
  app.request = inheriting(AppRequest.prototype, app.request);
  app.response = inheriting(AppResponse.prototype, app.response);
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse };
}

function inheriting<Prototype extends object>(prototype: object, parent: Prototype): Prototype {
  return Object.setPrototypeOf(prototype, parent) as Prototype;
}
