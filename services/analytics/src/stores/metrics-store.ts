import type { Money } from "../money.js";
import type { TimeWindow } from "../types.js";
import type { Purpose } from "./usage-store.js";

export type UsageCount = "tokens" | "input_tokens" | "output_tokens" | "requests";

/** Whose numbers: all that are given must hold. */
export type MetricFilter = { userId?: string | undefined; projectId?: string | undefined; model?: string | undefined };

/** Where the data of a metric lies. */
export type MetricSource =
  | { kind: "usage" }
  | { kind: "events"; event: string }
  | { kind: "projects" }
  | { kind: "apps" };

/** Counts of all time. */
export type PlatformTotals = {
  /** Registered and not deleted. */
  projects: number;
  generations: number;
  generationFailures: number;
  builds: number;
  buildFailures: number;
  tokens: number;
  cost: Money;
};

export type Activity = { generations: number; builds: number; tokens: number };

export type TopProject = { id: string; name: string; generations: number; tokens: number };

export type Overview = {
  totals: PlatformTotals;
  /** One for each window that was asked for. */
  activities: Activity[];
  /** By tokens of all time, most first, then by id. A project that never got a name is named by its id. */
  topProjects: TopProject[];
};

/**
 * What the platform did, from its rollups. Series take ascending boundaries (milliseconds): the first is the window's start,
 * the last its end, both exact, those between them bounds of buckets; they answer one value for each interval, zero where
 * nothing was. Counts beyond 2^53 are rounded to the nearest number, money never.
 */
export type MetricsStore = {
  /** All in one snapshot, so that the parts agree. The windows are exact to the millisecond. */
  overview(windows: readonly TimeWindow[], topLimit: number): Promise<Overview>;
  usageBy(boundaries: readonly number[], count: UsageCount, filter: MetricFilter): Promise<number[]>;
  /** What calls cost, in all or for one purpose. */
  costBy(boundaries: readonly number[], filter: MetricFilter, purpose?: Purpose): Promise<Money[]>;
  /**
   * What calls cost that failed, by their time, and what the others cost that a failed generation or build is known by (its
   * metadata names a generationId or buildId, their tags `generation:<id>` or `build:<id>`), by the time of its first failure.
   */
  wastedCostBy(boundaries: readonly number[], filter: Omit<MetricFilter, "model">): Promise<Money[]>;
  eventsBy(boundaries: readonly number[], event: string, filter: Omit<MetricFilter, "model">): Promise<number[]>;
  /** Projects by the moment they were registered, later deleted ones included; `userId` is the owner. */
  projectsBy(boundaries: readonly number[], filter: Pick<MetricFilter, "userId">): Promise<number[]>;
  /** When the earliest data lies: its moment or the start of its bucket; undefined when there is none. */
  firstDataAt(source: MetricSource, filter: MetricFilter): Promise<number | undefined>;
};
