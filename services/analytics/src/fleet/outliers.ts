/** Beyond this many standard deviations a value stands out: what Iglewicz and Hoaglin recommend for the modified z-score. */
export const outlierScore = 3.5;

// Few values have no spread to speak of.
const minValues = 8;
// A rate of fewer tries says little; below, the normal curve is no picture of it.
const minTries = 10;

/**
 * How far each value lies from the others, in standard deviations: the modified z-score 0.6745 (x − median) / MAD, which the
 * outliers themselves do not move (Iglewicz, Hoaglin: How to Detect and Handle Outliers, 1993; NIST/SEMATECH e-Handbook of
 * Statistical Methods, 1.3.5.17). Where more than half of the values are the same the MAD is 0: then (x − median) / (1.2533 ×
 * mean absolute deviation) stands in for it. Of amounts give logarithms: they spread by factors. Null for fewer than eight values, and
 * where all are the same.
 */
export function modifiedZScores(values: readonly number[]): number[] | null {
  if (values.length < minValues) return null;
  const middle = median(values);
  const deviations = values.map((value) => Math.abs(value - middle));
  const mad = median(deviations);
  // 0.6745 is the normal distribution's third quartile, 1.2533 the square root of π/2.
  const unit = mad > 0 ? mad / 0.6745 : 1.2533 * (sum(deviations) / deviations.length);
  return unit > 0 ? values.map((value) => (value - middle) / unit) : null;
}

export type Tries = { failures: number; ended: number };

/**
 * How far each rate of failures lies from the rate of all, in standard deviations of a rate of so many tries: the control limits of a
 * p-chart, (p − p̄) / √(p̄ (1 − p̄) / n) (NIST/SEMATECH e-Handbook, 6.3.3.2). So an app with one failure in one try does not stand
 * out. Null where fewer than ten tries ended, and for all where none or every one failed.
 */
export function rateScores(tries: readonly Tries[]): (number | null)[] {
  const all = { failures: sum(tries.map((one) => one.failures)), ended: sum(tries.map((one) => one.ended)) };
  const mean = all.ended === 0 ? 0 : all.failures / all.ended;
  if (mean === 0 || mean === 1) return tries.map(() => null);
  return tries.map(({ failures, ended }) =>
    ended < minTries ? null : (failures / ended - mean) / Math.sqrt((mean * (1 - mean)) / ended),
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const upper = sorted[Math.floor(half)] ?? 0;
  return Number.isInteger(half) ? ((sorted[half - 1] ?? 0) + upper) / 2 : upper;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
