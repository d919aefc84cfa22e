const firstDelayMs = 10_000;
const maxDelayMs = 3_600_000;

/**
 * How long to wait after the n-th failed attempt (from 1), in milliseconds: between half and all of 10 s × 2^(n − 1), an hour at
 * most. The jitter keeps messages that failed together from coming back together.
 */
export function delayAfter(attempts: number, random: () => number): number {
  const full = Math.min(firstDelayMs * 2 ** (attempts - 1), maxDelayMs);
  return Math.round(full * (0.5 + 0.5 * random()));
}
