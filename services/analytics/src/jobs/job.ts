/** Half-open, in UTC. */
export type JobWindow = { start: Date; end: Date };

export type JobContext = { window: JobWindow; now: Date };

/** What a job did, as its run's row keeps it. */
export type JobOutcome = Readonly<Record<string, unknown>>;

export type Job = {
  name: "hourly" | "daily" | "weekly";
  /** In UTC. */
  cron: string;
  /** The window that had ended last at `now`. */
  windowBefore(now: Date): JobWindow;
  /** Running a window twice changes nothing. */
  run(context: JobContext): Promise<JobOutcome>;
};

const hourMs = 60 * 60 * 1_000;
const dayMs = 24 * hourMs;
const weekMs = 7 * dayMs;
// 1970-01-04, the epoch's first Sunday.
const firstSundayMs = 3 * dayMs;

export function hourBefore(now: Date): JobWindow {
  return windowBefore(now, hourMs, 0);
}

export function dayBefore(now: Date): JobWindow {
  return windowBefore(now, dayMs, 0);
}

/** Sunday to Sunday, as the brief's schedule has it. */
export function weekBefore(now: Date): JobWindow {
  return windowBefore(now, weekMs, firstSundayMs);
}

function windowBefore(now: Date, lengthMs: number, offsetMs: number): JobWindow {
  const end = Math.floor((now.getTime() - offsetMs) / lengthMs) * lengthMs + offsetMs;
  return { start: new Date(end - lengthMs), end: new Date(end) };
}
