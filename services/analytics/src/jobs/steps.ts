import type { Job, JobContext, JobStep, StepOutcome, StepReport } from "./job.js";

// A step that is told to end gets so long for it: a stop of the service has ten seconds in all.
const abortGraceMs = 3_000;
const maxErrorLength = 2_000;

/** One after the other, in this order. One that fails keeps none of the others from running. */
export function inSteps(steps: readonly JobStep[]): Job["run"] {
  return async (context) => {
    const reports: StepReport[] = [];
    for (const step of steps) {
      if (context.signal.aborted) break;
      reports.push(await report(step, context));
    }
    return reports;
  };
}

async function report(step: JobStep, context: JobContext): Promise<StepReport> {
  const startedAt = performance.now();
  const ms = () => Math.round(performance.now() - startedAt);
  try {
    const did = await unlessAborted(step.run(context), context.signal);
    return { step: step.name, ms: ms(), did };
  } catch (error) {
    return { step: step.name, ms: ms(), error: textOf(error) };
  }
}

/** Waits for the work, and for three seconds more once it is told to end. */
function unlessAborted(work: Promise<StepOutcome>, signal: AbortSignal): Promise<StepOutcome> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const giveUpSoon = () => {
      timer = setTimeout(() => reject(signal.reason), abortGraceMs);
    };
    signal.addEventListener("abort", giveUpSoon, { once: true });
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", giveUpSoon);
    };
    work.finally(settle).then(resolve, reject);
  });
}

/** What went wrong, in so many characters as a row keeps. */
export function textOf(error: unknown): string {
  const text = String(error instanceof Error ? error.message : error);
  // A jsonb value can hold no NUL.
  return text.replaceAll("\0", "").slice(0, maxErrorLength);
}
