/** The domain's words. Shapes on the wire are the contract package's; these are what the service itself speaks. */

import type { KeyScope, TokenScope } from "@mobigen/analytics-contract";

/** Milliseconds since the epoch, UTC, half-open: `from` is in, `to` is not. */
export type TimeWindow = { from: number; to: number };

/** The clock is a parameter, so that tests own it. */
export type Clock = () => Date;

/** The grain of every rollup: a day is right in every time zone, for all offsets are multiples of 15 minutes. */
export const bucketMs = 15 * 60 * 1000;

/** The start of the bucket that holds `at` (milliseconds since the epoch). */
export function bucketOf(at: number): number {
  return Math.floor(at / bucketMs) * bucketMs;
}

/** Who calls, as far as the credentials say. */
export type Caller =
  | { kind: "token"; id: string; name: string; scopes: readonly TokenScope[] }
  | { kind: "key"; id: string; scopes: readonly KeyScope[]; project: KeyProject };

/** What a request with a project key needs to know of its project. */
export type KeyProject = { projectKey: number; id: string; timezone: string; eventsPerMinute: number };

/** Text of the database as instants, for SQL that takes timestamptz. */
export function toInstant(ms: number): string {
  return new Date(ms).toISOString();
}
