/** What a number counts: it decides how it is written, and its unit. */
export type Kind = "count" | "tokens" | "money" | "percent" | "duration" | "bytes";

export type Written = {
  /** As it stands on the page: few digits. */
  short: string;
  /** As the hover tells it: every digit, with the unit. */
  exact: string;
};

const locale = "en";
const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumSignificantDigits: 3 });
const allDigits = new Intl.NumberFormat(locale, { maximumFractionDigits: 15 });
const cents = new Intl.NumberFormat(locale, { style: "currency", currency: "USD" });
const wholeDollars = new Intl.NumberFormat(locale, { style: "currency", currency: "USD", maximumFractionDigits: 0 });
const tinyDollars = new Intl.NumberFormat(locale, { style: "currency", currency: "USD", maximumSignificantDigits: 2 });
const compactDollars = new Intl.NumberFormat(locale, {
  style: "currency",
  currency: "USD",
  notation: "compact",
  maximumSignificantDigits: 3,
});
const exactDollars = new Intl.NumberFormat(locale, {
  style: "currency",
  currency: "USD",
  minimumFractionDigits: 2,
  maximumFractionDigits: 15,
});

// Up to here four and five digits are still read at a glance.
const compactFrom = 100_000;
const wholeDollarsFrom = 10_000;
const compactDollarsFrom = 1_000_000;

/** A number as people read it; a dash for null, which is "there is nothing to tell", not zero. */
export function write(kind: Kind, value: number | null | undefined): Written {
  if (value === null || value === undefined) return { short: "–", exact: "no value" };
  switch (kind) {
    case "money":
      return { short: writeMoney(value), exact: exactDollars.format(value) };
    case "percent":
      return { short: `${plain.format(value)}%`, exact: `${allDigits.format(value)} %` };
    case "duration":
      return { short: writeDuration(value), exact: `${allDigits.format(value)} ms` };
    case "bytes":
      return { short: writeBytes(value), exact: `${allDigits.format(value)} bytes` };
    case "tokens":
      return { short: writeCount(value), exact: `${allDigits.format(value)} tokens` };
    case "count":
      return { short: writeCount(value), exact: allDigits.format(value) };
  }
}

/** For the ticks of an axis: shorter still. */
export function writeTick(kind: Kind, value: number): string {
  if (kind === "money") return Math.abs(value) >= 1_000 ? compactDollars.format(value) : tinyOrPlain(value);
  return kind === "count" || kind === "tokens" ? compact.format(value) : write(kind, value).short;
}

function tinyOrPlain(value: number): string {
  if (Number.isInteger(value)) return wholeDollars.format(value);
  // Rounded to dollars, the levels $2.50 and $7.50 would be named what they are not.
  return Math.abs(value) < 1 ? tinyDollars.format(value) : cents.format(value);
}

function writeMoney(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && size < 0.01) return tinyDollars.format(value);
  if (size >= compactDollarsFrom) return compactDollars.format(value);
  return size >= wholeDollarsFrom ? wholeDollars.format(value) : cents.format(value);
}

function writeCount(value: number): string {
  return Math.abs(value) >= compactFrom ? compact.format(value) : plain.format(value);
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

// Rounded before it is taken apart: two minutes less a millisecond are no minute and 60 seconds.
function writeDuration(ms: number): string {
  const to = (step: number): number => Math.round(ms / step) * step;
  if (to(1) < second) return `${to(1)} ms`;
  if (to(second / 10) < minute) return `${plain.format(ms / second)} s`;
  if (to(second) < hour) return `${Math.floor(to(second) / minute)} min ${(to(second) % minute) / second} s`;
  if (to(minute) >= 2 * day) return `${plain.format(ms / day)} days`;
  return `${Math.floor(to(minute) / hour)} h ${(to(minute) % hour) / minute} min`;
}

function writeBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  // From 999.95 on a tenth rounds up to the next unit.
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes * 1.000_05) / 3), units.length - 1);
  return `${plain.format(bytes / 1_000 ** step)} ${units[step]}`;
}
