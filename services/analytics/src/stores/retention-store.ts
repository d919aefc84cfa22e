/** Actors of one cohort (interval of the first-ever visit, from 0) who were active in the interval `offset` intervals later. */
export type RetainedActors = { cohort: number; offset: number; actors: number };

/**
 * Boundaries are ascending milliseconds, all of them bounds of buckets; n + 1 boundaries are n intervals. Cohorts are those who came
 * first between the first and the last boundary, and nothing behind the last one is looked at. What is 0 is left out.
 */
export type RetentionStore = {
  /** Who was active in just that interval: one actor counts once for each interval. */
  activeByOffset(projectKey: number, boundaries: readonly number[]): Promise<RetainedActors[]>;
  /** In which interval each actor was active last: one actor counts once in all. */
  lastActiveByOffset(projectKey: number, boundaries: readonly number[]): Promise<RetainedActors[]>;
};
