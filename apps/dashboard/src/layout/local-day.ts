const dayMs = 86_400_000;

/** The calendar day of an instant in a zone, `YYYY-MM-DD`. */
export function dayOf(at: Date, tz: string): string {
  // Swedish writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat("sv-SE", { timeZone: tz }).format(at);
}

/** The first instant of a day in a zone. */
export function dayStart(day: string, tz: string): string {
  const noon = Date.parse(`${day}T12:00:00Z`);
  // A day begins within 14 hours of its noon in UTC or 26 before it; the first quarter of an hour that bears its name is its start.
  let [low, high] = [noon - 2 * dayMs, noon + dayMs];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (dayOf(new Date(middle), tz) >= day) high = middle;
    else low = middle;
  }
  return new Date(high).toISOString();
}

/** The first instant of the day after. */
export function dayEnd(day: string, tz: string): string {
  return dayStart(new Date(Date.parse(`${day}T12:00:00Z`) + dayMs).toISOString().slice(0, 10), tz);
}
