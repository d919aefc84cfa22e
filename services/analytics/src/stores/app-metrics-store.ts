import type { TimeWindow } from "../types.js";

/**
 * What happened in the generated apps, by time. Boundaries are ascending milliseconds, the first and the last exact, those
 * between them bounds of buckets; answers are one number for each interval, zero where nothing was. A `projectId` that no
 * project has counts nothing.
 */
export type AppMetricsStore = {
  /** Events, by the time that they count by. */
  appEventsBy(boundaries: readonly number[], projectId?: string): Promise<number[]>;
  /** Sessions that began. */
  appSessionsBy(boundaries: readonly number[], projectId?: string): Promise<number[]>;
  /** Different actors that did something, exactly; an actor of two projects counts twice. Unknown actors do not count. */
  activeUsersBy(boundaries: readonly number[], projectId?: string): Promise<number[]>;
  /** The most viewed screens, by views, then by name; views that name no screen are left out. The window is whole buckets. */
  topScreens(projectId: string, window: TimeWindow, limit: number): Promise<{ name: string; views: number }[]>;
};
