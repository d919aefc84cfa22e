import type { SummaryStore } from "../stores/summary-store.js";

const dayMs = 24 * 60 * 60 * 1_000;

export type SummaryReport = { daysClosed: number; lateChanges: number; timeZones: number };

export type Summaries = {
  /**
   * Sums up every UTC day that had ended at `now`, moves what came late to its day, and follows changed time zones. Running it again
   * changes nothing; whoever is stopped in the middle has done whole steps.
   */
  bringUpToDate(now: Date, signal?: AbortSignal): Promise<SummaryReport>;
};

export function createSummaries(store: SummaryStore): Summaries {
  return {
    async bringUpToDate(now, signal) {
      const today = Math.floor(now.getTime() / dayMs) * dayMs;
      const daysClosed = await closeDays(store, today, signal);
      const timeZones = await store.followTimeZones();
      return { daysClosed, lateChanges: await foldAll(store, signal), timeZones };
    },
  };
}

async function closeDays(store: SummaryStore, today: number, signal: AbortSignal | undefined): Promise<number> {
  const firstOpen = await store.firstOpenDay();
  if (firstOpen !== null && firstOpen >= today) return 0;
  await store.noteBefore(today);
  if (firstOpen === null) await store.startAt(Math.min((await store.firstDayWithData()) ?? today, today));
  let closed = 0;
  for (let day = await store.firstOpenDay(); day !== null && day < today; day = await store.firstOpenDay()) {
    signal?.throwIfAborted();
    if (await store.closeDay(day)) closed += 1;
  }
  return closed;
}

async function foldAll(store: SummaryStore, signal: AbortSignal | undefined): Promise<number> {
  for (let folded = 0; ; ) {
    signal?.throwIfAborted();
    const { changes } = await store.foldLate();
    if (changes === 0) return folded;
    folded += changes;
  }
}
