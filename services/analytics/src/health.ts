import type { Health } from "@mobigen/analytics-contract";
import type { Clock } from "./types.js";

// Probes of many watchers share one question to the database.
const rememberMs = 500;

export type HealthCheck = {
  report(): Promise<Health>;
  isReady(): Promise<boolean>;
};

export type HealthOptions = {
  version: string;
  clock: Clock;
  /** Answers within two seconds, false when the database can't. */
  isDatabaseUp: () => Promise<boolean>;
  isCacheUp: () => boolean;
  isStopping: () => boolean;
};

/** "down" without the database; "degraded" without Redis, for everything still works, only slower. */
export function createHealthCheck({ version, clock, isDatabaseUp, isCacheUp, isStopping }: HealthOptions): HealthCheck {
  const startedAt = performance.now();
  let asked: { at: number; answer: Promise<boolean> } | null = null;

  function databaseUp(): Promise<boolean> {
    const now = clock().getTime();
    if (asked === null || Math.abs(now - asked.at) > rememberMs) asked = { at: now, answer: isDatabaseUp() };
    return asked.answer;
  }

  return {
    async report() {
      const database = (await databaseUp()) ? "ok" : "down";
      const cache = isCacheUp() ? "ok" : "degraded";
      return {
        status: database === "down" ? "down" : cache,
        service: "analytics",
        version,
        uptimeSeconds: Math.floor((performance.now() - startedAt) / 1_000),
        parts: { database: { status: database }, cache: { status: cache } },
      };
    },
    isReady: async () => !isStopping() && (await databaseUp()),
  };
}
