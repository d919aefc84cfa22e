import { DateTime } from "luxon";
import type { TimeWindow } from "../types.js";
import type { Unit } from "./report-metrics.js";

const locale = "en-US";
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(locale, { notation: "compact", maximumSignificantDigits: 3 });
const cents = new Intl.NumberFormat(locale, { style: "currency", currency: "USD" });
// Below a cent two digits say more than "$0.00".
const fraction = new Intl.NumberFormat(locale, { style: "currency", currency: "USD", maximumSignificantDigits: 2 });
const shortDollars = new Intl.NumberFormat(locale, {
  ...{ style: "currency", currency: "USD", notation: "compact", maximumSignificantDigits: 3 },
});
const wholeDollars = new Intl.NumberFormat(locale, { style: "currency", currency: "USD", maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const maxNameLength = 60;
// Beyond these a number does not fit beside another one on a phone, and its last digits tell nobody anything.
const maxFullCount = 1e9;
const maxCents = 1e6;
const maxChange = 9_999;

/** What stands for a number that there is none of. */
export const noValue = "–";

/**
 * In full: counts to the last one (from a billion on in short), dollars to the cent (below one to two digits, from a million on
 * without cents).
 */
export function formatValue(value: number | null, unit: Unit): string {
  if (value === null) return noValue;
  switch (unit) {
    case "count":
      return value < maxFullCount ? whole.format(value) : short.format(value);
    case "dollars":
      if (value !== 0 && Math.abs(value) < 0.01) return fraction.format(value);
      return Math.abs(value) < maxCents ? cents.format(value) : wholeDollars.format(value);
    case "percent":
      return `${tenths.format(value)}%`;
  }
}

/** Three digits, for where there is little room: `12.3K`, `$1.2K`. */
export function formatShort(value: number, unit: Unit): string {
  if (unit === "percent") return formatValue(value, unit);
  if (unit === "count") return Math.abs(value) < 1_000 ? whole.format(value) : short.format(value);
  return Math.abs(value) < 100 ? formatValue(value, unit) : shortDollars.format(value);
}

/** `+12.5%`, `−3.0%`, `+250%`; what changed from nothing is `new`, nothing from nothing has no change. */
export function formatChange(change: number | null, value: number | null): string {
  if (change === null) return value === null || value === 0 ? noValue : "new";
  if (change === 0) return "±0%";
  const size = Math.abs(change);
  if (size > maxChange) return `> +${whole.format(maxChange)}%`;
  return `${change > 0 ? "+" : "−"}${(size < 100 ? tenths : whole).format(size)}%`;
}

/** `9–15 March 2026`, `30 March – 5 April 2026`. */
export function formatWeek(week: TimeWindow, tz: string): string {
  const first = DateTime.fromMillis(week.from, { zone: tz, locale });
  const last = DateTime.fromMillis(week.to - 1, { zone: tz, locale });
  if (first.hasSame(last, "month")) return `${first.toFormat("d")}–${last.toFormat("d MMMM yyyy")}`;
  const begin = first.hasSame(last, "year") ? "d MMMM" : "d MMMM yyyy";
  return `${first.toFormat(begin)} – ${last.toFormat("d MMMM yyyy")}`;
}

/** `Monday, 16 March, 00:00`. */
export function formatMoment(at: number, tz: string): string {
  return DateTime.fromMillis(at, { zone: tz, locale }).toFormat("cccc, d MMMM, HH:mm");
}

export function formatMonth(at: number, tz: string): string {
  return DateTime.fromMillis(at, { zone: tz, locale }).toFormat("MMMM yyyy");
}

/** Monday is 0. */
export function formatWeekday(day: number): string {
  return ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"][day] ?? "";
}

/**
 * A name of somebody else's making, on one line of at most sixty characters and without what turns the reading direction of the
 * text around it.
 */
export function formatName(name: string): string {
  const line = name
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/\s+/g, " ")
    .trim();
  const characters = [...line];
  return characters.length > maxNameLength ? `${characters.slice(0, maxNameLength - 1).join("")}…` : line;
}
