import type { RejectReason } from "@mobigen/analytics-contract";
import type { BatchTally, LedgerDelta, RejectionDelta } from "../stores/event-store.js";
import { bucketOf } from "../types.js";

/**
 * What a flush adds to the ledger: every event that its batches held, by what became of it. Pure. `received` comes from the
 * requests and the rest from the verdicts and the rows, so that the sums agree only if nothing got lost in between.
 */
export function ledgerDeltas(tallies: readonly BatchTally[]): { ledger: LedgerDelta[]; rejections: RejectionDelta[] } {
  const entries = new Map<string, LedgerDelta>();
  const rejections = new Map<string, RejectionDelta>();
  for (const { batch, stored } of tallies) {
    if (batch.received === 0) continue;
    const { projectKey } = batch;
    const bucket = bucketOf(batch.receivedAt);
    addToLedger(entries, {
      projectKey,
      bucket,
      received: batch.received,
      stored,
      duplicates: batch.events.length - stored,
      rejected: batch.rejected.length,
    });
    for (const reason of batch.rejected) countRejection(rejections, projectKey, bucket, reason);
  }
  return {
    ledger: [...entries.values()].sort(byProjectAndBucket),
    rejections: [...rejections.values()].sort((a, b) => byProjectAndBucket(a, b) || (a.reason < b.reason ? -1 : 1)),
  };
}

function addToLedger(entries: Map<string, LedgerDelta>, delta: LedgerDelta): void {
  const key = `${delta.projectKey}/${delta.bucket}`;
  const entry = entries.get(key);
  if (entry === undefined) {
    entries.set(key, delta);
    return;
  }
  entry.received += delta.received;
  entry.stored += delta.stored;
  entry.duplicates += delta.duplicates;
  entry.rejected += delta.rejected;
}

function countRejection(
  rejections: Map<string, RejectionDelta>,
  projectKey: number,
  bucket: number,
  reason: RejectReason,
): void {
  const key = `${projectKey}/${bucket}/${reason}`;
  const entry = rejections.get(key);
  if (entry === undefined) rejections.set(key, { projectKey, bucket, reason, events: 1 });
  else entry.events += 1;
}

type Keyed = { projectKey: number; bucket: number };

function byProjectAndBucket(a: Keyed, b: Keyed): number {
  return a.projectKey - b.projectKey || a.bucket - b.bucket;
}
