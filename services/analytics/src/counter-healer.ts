import type { Logger } from "pino";
import type { CounterStore, CounterTruth } from "./stores/counter-store.js";
import type { Clock } from "./types.js";

// Under steady load something nearly always comes between; the last attempt takes that in its stride.
const maxAttempts = 5;

export type HealOutcome = "healed" | "down" | "failed";

export type CounterHealer = {
  /**
   * Puts the ledger's truth in the place of the counters. Never rejects; concurrent calls share one run. Usage that commits
   * between the ledger's snapshot and the replacement makes it look again, five times at most; what slips through even then
   * is put right by the next hour's run.
   */
  heal(): Promise<HealOutcome>;
};

export type CounterHealerDeps = {
  counters: CounterStore;
  truth: CounterTruth;
  clock: Clock;
  logger: Pick<Logger, "warn">;
};

export function createCounterHealer({ counters, truth, clock, logger }: CounterHealerDeps): CounterHealer {
  let running: Promise<HealOutcome> | null = null;

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
      logger.warn({ err: error }, "the counters could not be rebuilt from the database; the next hour tries again");
      return "failed";
    }
  }

  return {
    heal() {
      running ??= run().finally(() => {
        running = null;
      });
      return running;
    },
  };
}
