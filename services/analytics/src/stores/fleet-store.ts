import type { Money } from "../money.js";
import type { TimeWindow } from "../types.js";

/** What one app did in a window, and what was spent on it. */
export type FleetCounts = {
  events: number;
  /** That began in the window. */
  sessions: number;
  /** Different actors, exactly. */
  activeUsers: number;
  generations: number;
  generationFailures: number;
  builds: number;
  buildFailures: number;
  requests: number;
  tokens: number;
  cost: Money;
};

export type FleetRow = {
  id: string;
  name: string;
  ownerId: string | null;
  createdAt: Date;
  now: FleetCounts;
  before: FleetCounts;
  /** Actors that were active in both windows. */
  retainedUsers: number;
};

/** One value for each interval. */
export type Sparkline = { events: number[]; cost: Money[] };

/** All apps side by side. Windows are exact to the millisecond and may be empty. */
export type FleetStore = {
  /** Every registered project that is not deleted, in one snapshot, in the order of their ids. */
  projects(now: TimeWindow, before: TimeWindow): Promise<FleetRow[]>;
  /** By the projects' ids. Boundaries are ascending milliseconds; those between the first and the last are bounds of buckets. */
  sparklines(projectIds: readonly string[], boundaries: readonly number[]): Promise<Map<string, Sparkline>>;
};
