import { earliestTime } from "./periods.js";

/** How far ahead of the server a record's time may lie, in milliseconds: clocks differ, but not by more than a day. */
export const maxAheadMs = 24 * 3_600_000;

export type RecordTime = { kind: "ok"; at: number } | { kind: "bad"; reason: string };

/** When a record happened (milliseconds): its timestamp, from 2020 to `maxAheadMs` ahead of `now`, or `now` where it has none. */
export function recordTime(timestamp: string | undefined, now: number): RecordTime {
  if (timestamp === undefined) return { kind: "ok", at: now };
  const at = Date.parse(timestamp);
  if (Number.isNaN(at)) return { kind: "bad", reason: "must be an ISO 8601 time with a zone" };
  if (at < earliestTime) {
    return { kind: "bad", reason: `must not be before ${new Date(earliestTime).toISOString()}` };
  }
  if (at > now + maxAheadMs) {
    return { kind: "bad", reason: `must not be after ${new Date(now + maxAheadMs).toISOString()} (24 hours ahead)` };
  }
  return { kind: "ok", at };
}
