import type { RequestHandler } from "express";
import type { HealthCheck } from "../health.js";

export function createHealthRoutes(health: HealthCheck) {
  const show: RequestHandler = async (_req, res) => {
    const report = await health.report();
    res
      .status(report.status === "down" ? 503 : 200)
      .setHeader("Cache-Control", "no-store")
      .json(report);
  };
  /** The process runs and its event loop turns: nothing else, or an outage of the database would get it restarted. */
  const live: RequestHandler = (_req, res) => {
    res.setHeader("Cache-Control", "no-store").json({ status: "ok" });
  };
  /** Whether to send requests here: not while the database is away, and not while it stops. */
  const ready: RequestHandler = async (_req, res) => {
    const isReady = await health.isReady();
    res
      .status(isReady ? 200 : 503)
      .setHeader("Cache-Control", "no-store")
      .json({ status: isReady ? "ok" : "down" });
  };
  return { show, live, ready };
}
