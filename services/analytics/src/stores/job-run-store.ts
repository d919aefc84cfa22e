/** "abandoned": its lease ended without a word, e.g. its process was killed. "stopped": its process was asked to end. */
export type JobRunStatus = "running" | "done" | "failed" | "abandoned" | "stopped";

/** One attempt at one window of a job. */
export type JobRunRow = {
  job: string;
  windowStart: Date;
  windowEnd: Date;
  /** From 1. */
  attempt: number;
  status: JobRunStatus;
  /** host:pid */
  runner: string;
  byHand: boolean;
  startedAt: Date;
  finishedAt: Date | null;
  leaseUntil: Date;
  /** What each step did, as its job reported it. */
  steps: unknown;
  error: string | null;
};

export type JobClaim = { job: string; windowStart: Date; attempt: number };

export type NewJobRun = JobClaim & {
  windowEnd: Date;
  runner: string;
  byHand: boolean;
  /** Although the window is done. */
  again?: boolean;
  startedAt: Date;
  leaseUntil: Date;
};

export type JobRunEnd = {
  status: "done" | "failed" | "stopped";
  finishedAt: Date;
  steps: unknown;
  error: string | null;
};

/** What is known of a job's windows: each one's latest attempt, and where the schedule began. */
export type JobHistory = { firstWindow: Date | null; attempts: JobRunRow[] };

/** One row an attempt at a window: what makes a window run once, on any number of replicas. */
export type JobRunStore = {
  /**
   * True for the one caller that may make this attempt. False while anybody else runs any window of the job, where the attempt was
   * made already, and where the window is done: who looked while it ran finds that out here. Runs of the job whose lease is over at `startedAt` are marked as abandoned.
   */
  claim(run: NewJobRun): Promise<boolean>;
  /** False when the run was taken over: then nothing of it may go on. */
  renew(claim: JobClaim, leaseUntil: Date): Promise<boolean>;
  /** False when the run was taken over: then nothing is written. */
  finish(claim: JobClaim, end: JobRunEnd): Promise<boolean>;
  /** Forgets runs of windows that started before. Returns how many. */
  dropBefore(windowStart: Date): Promise<number>;
  /** Of windows that start at `since` or later. `firstWindow` is that of the schedule's first run ever, none by hand. */
  history(job: string, since: Date): Promise<JobHistory>;
  /** A job's runs before a position: latest windows first, and of a window the latest attempt. */
  listOf(job: string, page: { before: Omit<JobClaim, "job"> | null; limit: number }): Promise<JobRunRow[]>;
  /** The same of all jobs, or of one. */
  list(filter: { job: string | null; limit: number }): Promise<JobRunRow[]>;
};
