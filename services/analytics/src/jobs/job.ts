import type { jobNames } from "@mobigen/analytics-contract";

/** Half-open, in UTC. */
export type JobWindow = { start: Date; end: Date };

export type JobContext = {
  window: JobWindow;
  /** When the run began; never before the window's end. */
  now: Date;
  /** Aborted when the service stops, another replica took the window over, or the run takes too long. */
  signal: AbortSignal;
};

/** What a step did, as its run's row keeps it: JSON, a few numbers and words. */
export type StepOutcome = Readonly<Record<string, unknown>>;

/** A part of a job that can fail without the others. Running it twice for a window changes nothing more than once. */
export type JobStep = { name: string; run(context: JobContext): Promise<StepOutcome> };

/** What became of a step. A step of the list that has none was not begun. */
export type StepReport = { step: string; ms: number } & ({ did: StepOutcome } | { error: string });

/** Windows of one length without a gap. */
export type WindowSeries = { lengthMs: number; offsetMs: number };

export type Job = {
  name: (typeof jobNames)[number];
  /** In UTC: when a window ends. */
  cron: string;
  windows: WindowSeries;
  /** Of windows that were missed, so many of the latest are made up for. */
  catchUpWindows: number;
  /** The steps' reports. What it throws itself is a failure of the whole. */
  run(context: JobContext): Promise<StepReport[]>;
};

const hourMs = 60 * 60 * 1_000;
const dayMs = 24 * hourMs;

export const hours: WindowSeries = { lengthMs: hourMs, offsetMs: 0 };
export const days: WindowSeries = { lengthMs: dayMs, offsetMs: 0 };
/** Sunday to Sunday, as the brief's schedule has it: 1970-01-04 was the epoch's first. */
export const weeks: WindowSeries = { lengthMs: 7 * dayMs, offsetMs: 3 * dayMs };

/** The window that holds `at`. */
export function windowAt({ lengthMs, offsetMs }: WindowSeries, at: Date): JobWindow {
  const start = Math.floor((at.getTime() - offsetMs) / lengthMs) * lengthMs + offsetMs;
  return { start: new Date(start), end: new Date(start + lengthMs) };
}

/** The window that had ended last at `now`. */
export function windowBefore(series: WindowSeries, now: Date): JobWindow {
  return windowAt(series, new Date(windowAt(series, now).start.getTime() - 1));
}

/** The `count` windows that had ended last at `now`, oldest first. */
export function windowsBefore(series: WindowSeries, now: Date, count: number): JobWindow[] {
  const last = windowBefore(series, now).start.getTime();
  return Array.from({ length: count }, (_, n) => windowAt(series, new Date(last - (count - 1 - n) * series.lengthMs)));
}
