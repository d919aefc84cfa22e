import type { CounterHealer } from "../counter-healer.js";
import type { CounterStore } from "../stores/counter-store.js";
import { dayBefore, type Job } from "./job.js";

export type DailyDeps = {
  counters: Pick<CounterStore, "rollOver">;
  healer: CounterHealer;
  /** Makes the partitions of the days around `now`; false where that has to wait for another time. */
  ensurePartitions: (now: Date) => Promise<boolean>;
};

/** Resets the daily counters on the dot, and makes the partitions of the days ahead. */
export function createDailyJob({ counters, healer, ensurePartitions }: DailyDeps): Job {
  return {
    name: "daily",
    cron: "0 0 * * *",
    windowBefore: dayBefore,
    async run({ now }) {
      const partitionsReady = await ensurePartitions(now);
      const reset = await counters.rollOver(now);
      // What clients sent ahead of time for the new day is in the ledger, and in no counter yet.
      return { partitionsReady, countersReset: reset, counters: await healer.heal() };
    },
  };
}
