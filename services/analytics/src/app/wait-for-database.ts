import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../logger.js";
import { isDatabaseOutage } from "../outage.js";

const retryMs = 1_000;
const sayIntervalMs = 10_000;

export type Patience = { waitMs: number; logger: Pick<Logger, "warn"> };

/**
 * Does the first thing with the database, again and again while that is not reachable, starts, or recovers: after a crash of a whole
 * machine the service may be up first. What waiting does not mend (a wrong password, no such database) is thrown at once, all
 * else once the time is over.
 */
export async function waitForDatabase<Result>(
  open: () => Promise<Result>,
  { waitMs, logger }: Patience,
): Promise<Result> {
  const startedAt = performance.now();
  let saidAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const waitedMs = Math.round(performance.now() - startedAt);
      if (!isPassing(error) || waitedMs + retryMs > waitMs) throw error;
      if (waitedMs - saidAt >= sayIntervalMs) {
        saidAt = waitedMs;
        logger.warn({ reason: reasonOf(error), waitedMs, waitMs }, "waiting for PostgreSQL");
      }
      await sleep(retryMs);
    }
  }
}

/** The store's own error says only that there is no connection; why stands in its cause. */
function isPassing(error: unknown): boolean {
  if (error instanceof Error && error.name === "DatabaseUnavailableError") return isDatabaseOutage(error.cause);
  return isDatabaseOutage(error);
}

function reasonOf(error: unknown): string {
  const { cause = error } = error instanceof Error ? error : {};
  return cause instanceof Error ? cause.message || String("code" in cause ? cause.code : cause.name) : String(cause);
}
