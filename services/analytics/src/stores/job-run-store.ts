export type JobRunRow = {
  job: string;
  windowStart: Date;
  startedAt: Date;
  finishedAt: Date | null;
  outcome: unknown;
  error: string | null;
};

/** One row a (job, window): what makes a window run once, on any number of replicas. */
export type JobRunStore = {
  /**
   * True for the one caller that may run this window. A window that failed, or whose runner has not been heard of since
   * `abandonedBefore`, can be claimed again.
   */
  claim(job: string, windowStart: Date, at: Date, abandonedBefore: Date): Promise<boolean>;
  finish(job: string, windowStart: Date, at: Date, result: { outcome: unknown } | { error: string }): Promise<void>;
  /** Latest windows first. */
  list(filter: { job: string | null; limit: number }): Promise<JobRunRow[]>;
};
