import type { DeviceFilter, EventFilter } from "./insight-filter.js";

/** The sessions that began in an interval. */
export type SessionFigures = {
  sessions: number;
  /** From first to last event, added up. */
  seconds: number;
  screens: number;
  /** That saw at most one screen and lasted less than ten seconds. */
  bounces: number;
};

/** What the events of an interval that pass a filter come to. */
export type MatchingFigures = {
  events: number;
  activeUsers: number;
  /** Of those, the ones whose first event ever lies in the interval. */
  newUsers: number;
};

/**
 * What happened in one app, by time. Boundaries are ascending milliseconds, the first and the last exact, those between them
 * bounds of buckets; answers are one entry for each interval.
 */
export type InsightStore = {
  /** When the first event was; null before any. To the quarter of an hour. */
  firstEventAt(projectKey: number): Promise<number | null>;
  /** Events by type and name, from the rollup. */
  eventsBy(
    projectKey: number,
    boundaries: readonly number[],
    names: Pick<EventFilter, "type" | "name">,
  ): Promise<number[]>;
  sessionsBy(projectKey: number, boundaries: readonly number[], filter: DeviceFilter): Promise<SessionFigures[]>;
  /** Actors whose first event ever lies in the interval. */
  newUsersBy(projectKey: number, boundaries: readonly number[]): Promise<number[]>;
  /** Reads every event of the window: for windows that are known to hold a bounded number of them (insights/raw-range.ts). */
  matchingBy(projectKey: number, boundaries: readonly number[], filter: EventFilter): Promise<MatchingFigures[]>;
};
