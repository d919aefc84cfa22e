import type { FunnelStepResult } from "@mobigen/analytics-contract";
import type { FunnelRun } from "./funnel-run.js";
import { percentOf, roundTo } from "./question.js";

/** How many got how far, and in what time: `gapsMs[n]` are those from step n to the next, of everyone who took it. */
export type FunnelTally = { counts: number[]; gapsMs: number[][]; wholeMs: number[] };

export function createTally(steps: number): FunnelTally {
  return {
    counts: new Array<number>(steps).fill(0),
    gapsMs: Array.from({ length: steps - 1 }, () => []),
    wholeMs: [],
  };
}

export function addRun({ counts, gapsMs, wholeMs }: FunnelTally, { times }: FunnelRun): void {
  times.forEach((at, step) => {
    counts[step] = (counts[step] ?? 0) + 1;
    if (step > 0) gapsMs[step - 1]?.push(at - (times[step - 1] ?? at));
  });
  const [first, last] = [times[0], times[counts.length - 1]];
  if (first !== undefined && last !== undefined) wholeMs.push(last - first);
}

/** All of them together; theirs are left as they are. */
export function mergeTallies(tallies: readonly FunnelTally[], steps: number): FunnelTally {
  const { counts, gapsMs } = createTally(steps);
  return {
    counts: counts.map((_, step) => tallies.reduce((sum, tally) => sum + (tally.counts[step] ?? 0), 0)),
    gapsMs: gapsMs.map((_, step) => tallies.flatMap((tally) => tally.gapsMs[step] ?? [])),
    wholeMs: tallies.flatMap((tally) => tally.wholeMs),
  };
}

export function stepResults({ counts, gapsMs }: FunnelTally): FunnelStepResult[] {
  const begun = counts[0] ?? 0;
  return counts.map((count, step) => {
    const before = counts[step - 1] ?? 0;
    return {
      count,
      conversion: begun === 0 ? null : percentOf(count, begun),
      stepConversion: before === 0 ? null : percentOf(count, before),
      medianSeconds: medianSeconds(gapsMs[step - 1] ?? []),
    };
  });
}

/** Of milliseconds; the mean of the two in the middle where they are even in number. Null of none. */
export function medianSeconds(durationsMs: readonly number[]): number | null {
  const sorted = Float64Array.from(durationsMs).sort();
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return low === undefined || high === undefined ? null : roundTo((low + high) / 2_000, 3);
}
