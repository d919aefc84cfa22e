import type { RequestHandler } from "express";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

// From a cached read to a body that takes its time, in seconds.
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export type Telemetry = {
  /** Measures every request by method, route pattern and status: never by path, which strangers choose. */
  observeRequests: RequestHandler;
  /** Adds a number that is read when somebody looks. */
  gauge(name: string, help: string, read: () => number): void;
  /** GET /internal/metrics, in Prometheus' text format. */
  show: RequestHandler;
  stop(): void;
};

/** A registry of this service's own, so that two in one process do not meet. */
export function createTelemetry(): Telemetry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from the request's head to the end of the reply",
    labelNames: ["method", "route", "status"],
    buckets: durationBuckets,
    registers: [registry],
  });
  return {
    observeRequests: (req, res, next) => {
      const startedAt = performance.now();
      res.once("close", () => {
        const route = typeof req.route?.path === "string" ? req.route.path : "none";
        const status = res.writableFinished ? String(res.statusCode) : "aborted";
        durations.observe({ method: methodLabel(req.method), route, status }, (performance.now() - startedAt) / 1_000);
      });
      next();
    },
    gauge: (name, help, read) => {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
    show: async (_req, res) => {
      const text = await registry.metrics();
      res.setHeader("Content-Type", registry.contentType).send(text);
    },
    stop: () => registry.clear(),
  };
}

const knownMethods = new Set(["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"]);

function methodLabel(method: string): string {
  return knownMethods.has(method) ? method : "other";
}
