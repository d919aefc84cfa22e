import type { Granularity } from "@mobigen/analytics-contract";

const locale = "en-GB";

/** A day as `YYYY-MM-DD`, which has no zone of its own, or an instant. */
export type TimeText = string;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = timeZone + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone });
  formats.set(key, known);
  return known;
}

function isDay(at: TimeText): boolean {
  return at.length === 10;
}

function write(at: TimeText, tz: string, options: Intl.DateTimeFormatOptions): string {
  return formatOf(isDay(at) ? "UTC" : tz, options).format(new Date(at));
}

/** For the ticks of an axis. */
export function writeTimeTick(at: TimeText, granularity: Granularity, tz: string): string {
  if (granularity === "hour") return write(at, tz, { hour: "2-digit", minute: "2-digit" });
  if (granularity === "month") return write(at, tz, { month: "short", year: "2-digit" });
  return write(at, tz, { day: "numeric", month: "short" });
}

/** For a tooltip or a table: which hour, day, week or month. */
export function writeBucket(at: TimeText, granularity: Granularity, tz: string): string {
  if (granularity === "hour") {
    return write(at, tz, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  }
  if (granularity === "month") return write(at, tz, { month: "long", year: "numeric" });
  const day = write(at, tz, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
  return granularity === "week" ? `Week from ${day}` : day;
}

export function writeDay(at: TimeText, tz: string): string {
  return write(at, tz, { day: "numeric", month: "short", year: "numeric" });
}

/** To the minute. */
export function writeMoment(at: TimeText, tz: string): string {
  return write(at, tz, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
}

/** The time of day, to the second. */
export function writeClock(at: TimeText, tz: string): string {
  return write(at, tz, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** Every digit, with the zone: for the hover. */
export function writeExactly(at: TimeText, tz: string): string {
  const text = write(at, tz, { dateStyle: "full", timeStyle: "long" });
  return `${text} (${at})`;
}

/** From and to as people say them: the end is the last moment within. */
export function writeRange(from: TimeText, to: TimeText, tz: string): string {
  const last = new Date(Date.parse(to) - 1).toISOString();
  const [first, end] = [writeDay(from, tz), writeDay(last, tz)];
  return first === end ? first : `${first} – ${end}`;
}

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const units = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** "3 hours ago". */
export function writeAgo(at: TimeText, now: Date): string {
  const distance = Date.parse(at) - now.getTime();
  for (const [unit, size] of units) {
    if (Math.abs(distance) >= size) return relative.format(Math.round(distance / size), unit);
  }
  return "just now";
}
