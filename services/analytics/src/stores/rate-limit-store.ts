/** Events of a project in a fixed minute of the clock. */
export type RateLimitStore = {
  /**
   * Counts `events` towards the project's minute unless that would pass `limit`: then nothing is counted. One atomic step, so
   * that two replicas never both pass the last event. Null when the store is down.
   */
  take(
    projectId: string,
    events: number,
    limit: number,
    now: Date,
  ): Promise<{ count: number; exceeded: boolean } | null>;
};

export const rateWindowMs = 60_000;

/** Which minute `now` lies in, counted from the epoch. */
export function rateWindowOf(now: Date): number {
  return Math.floor(now.getTime() / rateWindowMs);
}

export function rateLimitKey(projectId: string, window: number): string {
  return `analytics:ratelimit:${window}:${projectId}`;
}
