import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { RequestHandler } from "express";
import serveCompressed from "express-static-gzip";

/** The paths of pages, all GET. Everything else is the API's: an unknown path is its 404, never a page. */
const pagePaths = ["/sign-in", "/platform", "/platform/*rest", "/projects", "/projects/*rest"];

export type Dashboard = {
  /** The start page; where the dashboard is not built, the API's page instead. */
  show: RequestHandler;
  pagePaths: readonly string[];
  /** To be mounted at /assets. */
  assets: RequestHandler;
};

/** The built pages of apps/dashboard. */
export function createDashboard(folder: string = locateDashboard()): Dashboard {
  const file = path.join(folder, "index.html");
  const page = existsSync(file) ? readFileSync(file) : null;
  return {
    show: (req, res, next) => {
      if (page === null) {
        if (req.path === "/") res.redirect("/docs");
        else next();
        return;
      }
      // Asked for anew each time, so that a new version's files are found at once.
      res.setHeader("Cache-Control", "no-cache");
      res.type("html").send(page);
    },
    pagePaths: page === null ? [] : pagePaths,
    // As the build has compressed them, where the browser takes that.
    assets: serveCompressed(path.join(folder, "assets"), {
      index: false,
      enableBrotli: true,
      orderPreference: ["br", "gz"],
      // Their names change with their contents.
      serveStatic: { dotfiles: "ignore", immutable: true, maxAge: "1y", fallthrough: true },
    }),
  };
}

function locateDashboard(): string {
  const manifest = createRequire(import.meta.url).resolve("@mobigen/analytics-dashboard/package.json");
  return path.join(path.dirname(manifest), "dist");
}
