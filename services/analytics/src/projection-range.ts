const trendHalfDays = 14;
const maxTrend = 2;
// Of the standard normal distribution: 80 % lie between minus and plus this.
const z80 = 1.281_551_565_545;
// With fewer degrees of freedom an estimate of spread says nothing.
const minDegreesOfFreedom = 2;

/** What a whole day cost; days of one group are expected to cost alike. */
export type PastDay = { group: number; cost: number };
/** A day that is to come, today first: its group, and how much of it is left (0 … 1). */
export type ComingDay = { group: number; share: number };

export type Range = { low: number; high: number };

/**
 * Where the cost of the days to come will lie, in four cases of five, around its estimate `rest`; null while there are too few
 * days to tell their spread. `past` are consecutive whole days, oldest first; each group that comes has to be among them.
 *
 * The prediction interval of a sum of future values in a one-way layout (any text on analysis of variance; for one group it is
 * the interval of the NIST/SEMATECH e-Handbook, 7.2.5 on a mean, with the future values' own variance added):
 *
 *     rest ± t(0.9; N − g) · s · √( Σ over groups (k + k² / n) )
 *
 * N past days in g groups; s² their squared distances from their group's mean over N − g; of each group n past days and k to
 * come. That holds while nothing grows or shrinks. So the range also reaches to where the days to come would lie if the change
 * from the 14 days before last to the last 14, at most a doubling or a halving, went on as it is.
 */
export function rangeOfRest(rest: number, past: readonly PastDay[], coming: readonly ComingDay[]): Range | null {
  const groups = groupDays(past);
  const degreesOfFreedom = past.length - groups.size;
  if (degreesOfFreedom < minDegreesOfFreedom) return null;
  const residuals = past.reduce((sum, day) => sum + (day.cost - (groups.get(day.group)?.mean ?? 0)) ** 2, 0);
  const deviation = Math.sqrt(residuals / degreesOfFreedom);
  const margin = quantile90(degreesOfFreedom) * deviation * Math.sqrt(varianceFactor(groups, coming));
  const onTrend = restOnTrend(past, coming, groups) ?? rest;
  return { low: Math.max(Math.min(rest, onTrend) - margin, 0), high: Math.max(rest, onTrend) + margin };
}

type Group = { mean: number; days: number };

function groupDays(past: readonly PastDay[]): Map<number, Group> {
  const groups = new Map<number, Group>();
  for (const { group, cost } of past) {
    const { mean, days } = groups.get(group) ?? { mean: 0, days: 0 };
    groups.set(group, { mean: mean + (cost - mean) / (days + 1), days: days + 1 });
  }
  return groups;
}

function varianceFactor(groups: ReadonlyMap<number, Group>, coming: readonly ComingDay[]): number {
  const counts = new Map<number, number>();
  for (const { group, share } of coming) counts.set(group, (counts.get(group) ?? 0) + share);
  let factor = 0;
  for (const [group, count] of counts) factor += count + count ** 2 / (groups.get(group)?.days ?? 1);
  return factor;
}

function restOnTrend(
  past: readonly PastDay[],
  coming: readonly ComingDay[],
  groups: ReadonlyMap<number, Group>,
): number | undefined {
  if (past.length < 2 * trendHalfDays) return undefined;
  const spentOf = (days: readonly PastDay[]): number => days.reduce((sum, { cost }) => sum + cost, 0);
  const before = spentOf(past.slice(-2 * trendHalfDays, -trendHalfDays));
  if (before === 0) return undefined;
  const change = Math.min(Math.max(spentOf(past.slice(-trendHalfDays)) / before, 1 / maxTrend), maxTrend);
  // The means stand for the middle of their days: half of them and half a day behind the start of today.
  const lag = past.length / 2;
  return coming.reduce((sum, { group, share }, ahead) => {
    const growth = change ** ((lag + ahead + 0.5) / trendHalfDays);
    return sum + share * (groups.get(group)?.mean ?? 0) * growth;
  }, 0);
}

/** The 0.9 quantile of Student's t by the expansion of Abramowitz and Stegun, 26.7.5: to 2 % from two degrees of freedom on. */
function quantile90(degreesOfFreedom: number): number {
  const z = z80;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / degreesOfFreedom + second / degreesOfFreedom ** 2 + third / degreesOfFreedom ** 3;
}
