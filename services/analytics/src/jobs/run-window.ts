import type { Logger } from "pino";
import type { JobClaim, JobRunEnd, JobRunStore } from "../stores/job-run-store.js";
import type { Clock } from "../types.js";
import { type DueWindow, maxAttempts } from "./due-windows.js";
import type { Job, StepReport } from "./job.js";
import { textOf } from "./steps.js";

/**
 * A run holds its window for so long without a word; then its process is taken for dead. Three renewals may get lost on the
 * way before that.
 */
export const defaultLease = { leaseMs: 90_000, renewMs: 20_000 };
export type Lease = typeof defaultLease;

// Whatever hangs may not keep the windows after it waiting for ever.
const maxRunMs = 6 * 3_600_000;

export type JobResult =
  | { kind: "done"; steps: StepReport[] }
  /** Some step failed, all of them if `steps` is empty. It is tried again. */
  | { kind: "failed"; error: string; steps: StepReport[] }
  /** Another replica is at this job, or was at this attempt. */
  | { kind: "taken" }
  /** The service stops, or another replica took the window over in the middle. */
  | { kind: "interrupted" };

export type RunnerDeps = {
  runs: JobRunStore;
  /** host:pid */
  runner: string;
  clock: Clock;
  logger: Pick<Logger, "info" | "warn" | "error">;
  lease: Lease;
  /** Aborted when the service stops. */
  stopping: AbortSignal;
};

export type WindowRun = DueWindow & { byHand: boolean; again: boolean };

/** Claims a window, runs it, and leaves what became of it in its row. Throws what the store throws. */
export async function runWindow(
  deps: RunnerDeps,
  job: Job,
  { window, attempt, byHand, again }: WindowRun,
): Promise<JobResult> {
  const { runs, runner, clock, stopping, lease } = deps;
  const startedAt = clock();
  const claim = { job: job.name, windowStart: window.start, attempt };
  const leaseUntil = new Date(startedAt.getTime() + lease.leaseMs);
  if (!(await runs.claim({ ...claim, windowEnd: window.end, runner, byHand, again, startedAt, leaseUntil }))) {
    return { kind: "taken" };
  }
  const kept = keepLease(deps, claim);
  const signal = AbortSignal.any([stopping, kept.lost, AbortSignal.timeout(maxRunMs)]);
  // A timer may fire a moment early.
  const now = new Date(Math.max(startedAt.getTime(), window.end.getTime()));
  try {
    const end = await runToItsEnd(job, { window, now, signal }, stopping);
    return await noteEnd(deps, claim, startedAt, end);
  } finally {
    kept.stop();
  }
}

type End = Omit<JobRunEnd, "finishedAt" | "steps"> & { steps: StepReport[]; cause?: unknown };

async function runToItsEnd(job: Job, context: Parameters<Job["run"]>[0], stopping: AbortSignal): Promise<End> {
  let steps: StepReport[];
  try {
    steps = await job.run(context);
  } catch (cause) {
    if (!context.signal.aborted) return { status: "failed", steps: [], error: textOf(cause), cause };
    steps = [];
  }
  if (stopping.aborted) return { status: "stopped", steps, error: textOf(stopping.reason) };
  if (context.signal.aborted) return { status: "failed", steps, error: textOf(context.signal.reason) };
  const failures = steps.flatMap((step) => ("error" in step ? [`${step.step}: ${step.error}`] : []));
  return failures.length === 0
    ? { status: "done", steps, error: null }
    : { status: "failed", steps, error: textOf(failures.join("; ")) };
}

async function noteEnd(deps: RunnerDeps, claim: JobClaim, startedAt: Date, end: End): Promise<JobResult> {
  const finishedAt = deps.clock();
  const { status, steps, error, cause } = end;
  const isOurs = await deps.runs.finish(claim, { status, finishedAt, steps, error });
  // What it did stands in its row: too long for a line.
  const about = { ...claim, ms: finishedAt.getTime() - startedAt.getTime() };
  if (!isOurs || status === "stopped") {
    deps.logger.warn(about, isOurs ? "job stopped in the middle" : "job lost its window to another replica");
    return { kind: "interrupted" };
  }
  if (status === "done") {
    deps.logger.info(about, "job done");
    return { kind: "done", steps };
  }
  const next = claim.attempt < maxAttempts ? "it is tried again" : "given up: see `jobs run`";
  deps.logger.error({ ...about, error, ...(cause === undefined ? {} : { err: cause }) }, `job failed; ${next}`);
  return { kind: "failed", error: error ?? "no reason given", steps };
}

/** Renews the lease until it is told to stop. A renewal that the database does not answer is made up for by the next one. */
function keepLease({ runs, clock, lease, logger }: RunnerDeps, claim: JobClaim) {
  const lost = new AbortController();
  let isRenewing = false;
  const renew = async (): Promise<void> => {
    if (isRenewing) return;
    isRenewing = true;
    try {
      const isOurs = await runs.renew(claim, new Date(clock().getTime() + lease.leaseMs));
      if (!isOurs) lost.abort(new Error("another replica took the window over"));
    } catch (error) {
      logger.warn({ ...claim, err: error }, "a job's lease could not be renewed");
    } finally {
      isRenewing = false;
    }
  };
  const timer = setInterval(() => void renew(), lease.renewMs);
  return { lost: lost.signal, stop: () => clearInterval(timer) };
}
