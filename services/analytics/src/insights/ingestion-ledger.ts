import type { IngestionLedger } from "@mobigen/analytics-contract";
import { localDate, type ResolvedWindow, timeBoundaries } from "../periods.js";
import type { IngestionLedgerStore, LedgerCounts } from "../stores/ingestion-ledger-store.js";
import { bucketMs, bucketOf, type KeyProject } from "../types.js";

/**
 * What became of every event that a project sent in the window, by the time of its receipt. The ledger has no rows to cut a quarter
 * of an hour with (a rejected event leaves none): a window that cuts one gets the whole of it.
 */
export async function readIngestionLedger(
  store: IngestionLedgerStore,
  project: Pick<KeyProject, "projectKey" | "id">,
  asked: ResolvedWindow,
): Promise<IngestionLedger> {
  const window = { ...asked, from: bucketOf(asked.from), to: bucketOf(asked.to + bucketMs - 1) };
  const boundaries = timeBoundaries(window, "day");
  const { byInterval, byReason } = await store.read(project.projectKey, boundaries);
  const totals = byInterval.reduce<LedgerCounts>(add, { received: 0, stored: 0, duplicates: 0, rejected: 0 });
  const refused = byReason.reduce((sum, { events }) => sum + events, 0);
  const byDay = byInterval.map(({ index, ...counts }) => ({
    date: localDate(boundaries[index] ?? 0, window.tz),
    ...counts,
  }));
  return {
    projectId: project.id,
    period: window.label,
    timezone: window.tz,
    from: instant(window.from),
    to: instant(window.to),
    totals,
    byReason: Object.fromEntries(byReason.map(({ reason, events }) => [reason, events])),
    byDay: window.order === "asc" ? byDay : byDay.reverse(),
    balanced: byDay.every(isBalanced) && totals.rejected === refused,
  };
}

function add(sum: LedgerCounts, { received, stored, duplicates, rejected }: LedgerCounts): LedgerCounts {
  return {
    received: sum.received + received,
    stored: sum.stored + stored,
    duplicates: sum.duplicates + duplicates,
    rejected: sum.rejected + rejected,
  };
}

function isBalanced({ received, stored, duplicates, rejected }: LedgerCounts): boolean {
  return received === stored + duplicates + rejected;
}

function instant(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}
