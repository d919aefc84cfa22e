/** Percent of change; null from nothing, of which no percent can be told. */
export function changeOf(now: number | null | undefined, before: number | null | undefined): number | null {
  if (now === null || now === undefined || before === null || before === undefined || before === 0) return null;
  return ((now - before) / Math.abs(before)) * 100;
}

/** The window of equal length right before this one. */
export function windowBefore({ from, to }: { from: string; to: string }): { from: string; to: string } {
  const length = Date.parse(to) - Date.parse(from);
  return { from: new Date(Date.parse(from) - length).toISOString(), to: from };
}
