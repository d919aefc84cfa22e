import type { Logger } from "pino";
import type { CounterStore, CounterTruth } from "./stores/counter-store.js";
import type { Clock } from "./types.js";

// Under steady load something nearly always comes between; the last attempt takes that in its stride.
const maxAttempts = 5;
const firstRetryMs = 1_000;
const maxRetryMs = 30_000;
// Longer than a replica that was paused, or waits for Redis, takes from its commit to counting it.
const secondLookMs = 10_000;

export type HealOutcome = "healed" | "down" | "failed";

export type CounterHealer = {
  /**
   * Puts the ledger's truth in the place of the counters. Never rejects; concurrent calls share one run. Usage that commits
   * between the ledger's snapshot and the replacement makes it look again, five times at most; what slips through even then
   * is put right by the next run.
   */
  heal(): Promise<HealOutcome>;
  /**
   * Heals after a trouble: now, while the database is away again and again, and once more ten seconds after: what another
   * replica had committed before the first look, and counted only after it, stands in the counters twice until then.
   * Resolves after the first attempt.
   */
  recover(): Promise<HealOutcome>;
  /** The same in a second, for a trouble that may come by the hundred. */
  recoverSoon(): void;
  /** Drops what is still to come. */
  stop(): void;
};

export type CounterHealerDeps = {
  counters: CounterStore;
  truth: CounterTruth;
  clock: Clock;
  logger: Pick<Logger, "warn">;
};

export function createCounterHealer({ counters, truth, clock, logger }: CounterHealerDeps): CounterHealer {
  let running: Promise<HealOutcome> | null = null;
  let next: { kind: "recovery" | "second look"; timer: NodeJS.Timeout } | null = null;
  let failures = 0;
  let isStopped = false;

  async function run(): Promise<HealOutcome> {
    try {
      for (let attempt = 1; ; attempt += 1) {
        const version = await counters.version();
        if (version === null) return "down";
        const at = clock();
        const values = await truth(at);
        const isLast = attempt === maxAttempts;
        const outcome = await counters.replaceAll(values, at, isLast ? {} : { ifVersion: version });
        if (outcome !== "moved") return outcome === "replaced" ? "healed" : "down";
      }
    } catch (error) {
      logger.warn({ err: error }, "the counters could not be rebuilt from the database; a later run tries again");
      return "failed";
    }
  }

  function heal(): Promise<HealOutcome> {
    running ??= run().finally(() => {
      running = null;
    });
    return running;
  }

  async function recover(): Promise<HealOutcome> {
    const outcome = await heal();
    failures = outcome === "failed" ? failures + 1 : 0;
    if (outcome === "failed") schedule("recovery", Math.min(firstRetryMs * 2 ** (failures - 1), maxRetryMs), recover);
    if (outcome === "healed") schedule("second look", secondLookMs, heal);
    // A store that is down asks for its recovery by itself once it is back.
    return outcome;
  }

  function schedule(kind: "recovery" | "second look", inMs: number, work: () => Promise<unknown>): void {
    if (isStopped) return;
    clearTimeout(next?.timer);
    const timer = setTimeout(() => {
      next = null;
      void work();
    }, inMs);
    timer.unref();
    next = { kind, timer };
  }

  return {
    heal,
    recover,
    recoverSoon() {
      if (next?.kind !== "recovery") schedule("recovery", firstRetryMs, recover);
    },
    stop() {
      isStopped = true;
      clearTimeout(next?.timer);
    },
  };
}
