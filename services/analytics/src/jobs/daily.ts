import type { CounterHealer } from "../counter-healer.js";
import type { CounterStore } from "../stores/counter-store.js";
import type { Summaries } from "../summaries/summaries.js";
import { healed } from "./hourly.js";
import type { JobStep, StepOutcome } from "./job.js";

export type DailyDeps = {
  counters: Pick<CounterStore, "rollOver">;
  healer: CounterHealer;
  /** Makes the partitions of the days around `now`; false where that has to wait for another time. */
  ensurePartitions: (now: Date) => Promise<boolean>;
  summaries: Summaries;
  /** Moves rows past their retention to files; what a run did. */
  archive: (signal: AbortSignal) => Promise<StepOutcome>;
};

/** What a day's end asks for, in this order. A step that fails is tried again with the whole window, and stops no other. */
export function dailySteps({ counters, healer, ensurePartitions, summaries, archive }: DailyDeps): readonly JobStep[] {
  return [
    {
      name: "partitions",
      run: async ({ now }) => ({ ready: await ensurePartitions(now) }),
    },
    {
      name: "counters",
      async run({ now }) {
        const reset = await counters.rollOver(now);
        // What clients sent ahead of time for the new day is in the ledger, and in no counter yet.
        return { reset, ...healed(await healer.heal()) };
      },
    },
    {
      name: "summaries",
      run: ({ now, signal }) => summaries.bringUpToDate(now, signal),
    },
    // The last: it may take hours, and nothing waits for it.
    { name: "archive", run: ({ signal }) => archive(signal) },
  ];
}
