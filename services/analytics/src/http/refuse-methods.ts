import type { Express, RequestHandler } from "express";
import { ApiError } from "../errors.js";

/** Every route that is registered: its path and its methods, in capitals. */
export function routesOf(api: Express): Map<string, string[]> {
  const routes = new Map<string, string[]>();
  for (const { route } of api.router.stack) {
    if (route === undefined) continue;
    const methods = route.stack.flatMap(({ method }) => (method === undefined ? [] : [method.toUpperCase()]));
    for (const path of [route.path].flat()) {
      routes.set(path, [...new Set([...(routes.get(path) ?? []), ...methods])]);
    }
  }
  return routes;
}

/** Called after the last route: a known path with another method is 405 with Allow, and OPTIONS says what there is. */
export function refuseOtherMethods(api: Express, routes: ReadonlyMap<string, readonly string[]>): void {
  for (const [path, methods] of routes) api.all(path, refuseBut(methods));
}

function refuseBut(methods: readonly string[]): RequestHandler {
  const allow = [...new Set([...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"])].join(", ");
  return (req, res) => {
    if (req.method === "OPTIONS") {
      res.setHeader("Allow", allow);
      res.status(204).end();
      return;
    }
    throw new ApiError("method_not_allowed", `${req.path} takes ${allow}.`, { headers: { Allow: allow } });
  };
}
