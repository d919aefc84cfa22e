// What the step of an axis may begin with. No product of these with a few has more than three digits, which is what a tick shows.
const leads = [1, 2, 2.5, 3, 4, 5, 6, 8, 10];

/**
 * Round levels from at or below `lowest` to at or above `highest`, about `wanted` of them.
 * `isWhole` keeps halves away from what is counted. Always two or more, so that there is a distance to draw by.
 */
export function ticksBetween(lowest: number, highest: number, wanted: number, isWhole: boolean): number[] {
  if (lowest === highest) return [lowest, lowest + 1];
  const step = stepOf((highest - lowest) / (wanted - 1), isWhole);
  const [first, last] = [Math.floor(lowest / step), Math.ceil(highest / step)];
  return Array.from({ length: last - first + 1 }, (_, n) => tidy((first + n) * step));
}

function stepOf(least: number, isWhole: boolean): number {
  const atLeast = tidy(isWhole ? Math.max(least, 1) : least);
  const power = 10 ** Math.floor(Math.log10(atLeast));
  const steps = leads.map((lead) => tidy(lead * power));
  return steps.find((step) => step >= atLeast && (!isWhole || Number.isInteger(step))) ?? 10 * power;
}

/** Without what binary fractions leave behind: 0.1 × 3 is 0.3. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

/** The places on an axis that get a label: the last, and before it each that leaves room for `labelWidth`. */
export function labelPlaces(count: number, distance: number, labelWidth: number): number[] {
  const every = Math.max(1, Math.ceil(labelWidth / distance));
  return Array.from({ length: Math.ceil(count / every) }, (_, n) => count - 1 - n * every).reverse();
}
