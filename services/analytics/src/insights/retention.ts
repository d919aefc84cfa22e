import { maxCohorts, type Retention, type RetentionGranularity, type RetentionMode } from "@mobigen/analytics-contract";
import { invalidQuery } from "../errors.js";
import { calendarPeriodAt, localDate, timeBoundaries } from "../periods.js";
import type { InsightStore } from "../stores/insight-store.js";
import type { RetainedActors, RetentionStore } from "../stores/retention-store.js";
import { bucketMs, bucketOf } from "../types.js";
import { answerHeader, type InsightQuestion, percentOf } from "./question.js";
import { beginAtData } from "./time-series.js";

export type RetentionStores = { retention: RetentionStore; insights: Pick<InsightStore, "firstEventAt"> };

export type RetentionAsked = { granularity: RetentionGranularity; mode: RetentionMode };

/**
 * The cohorts of every interval that the window touches, each followed to the window's last interval. Intervals are whole, the open
 * one as far as it has come.
 * @throws ApiError invalid_query for more intervals than maxCohorts
 */
export async function readRetention(
  { retention, insights }: RetentionStores,
  question: InsightQuestion,
  { granularity, mode }: RetentionAsked,
  now: Date,
): Promise<Retention> {
  const { project } = question;
  const asked = await beginAtData(insights, { ...question, granularity }, now);
  const { tz } = asked;
  const window = {
    ...asked,
    from: calendarPeriodAt(asked.from, tz, granularity).from,
    to: Math.min(calendarPeriodAt(asked.to - 1, tz, granularity).to, bucketOf(now.getTime()) + bucketMs),
  };
  const boundaries = timeBoundaries(window, granularity);
  const intervals = boundaries.length - 1;
  if (intervals > maxCohorts) {
    throw invalidQuery(
      "granularity",
      `would give ${intervals} cohorts; at most ${maxCohorts} are shown: take a coarser one or a shorter period`,
    );
  }
  const counts =
    mode === "exact"
      ? tableOf(await retention.activeByOffset(project.projectKey, boundaries), intervals)
      : sumFromTheEnd(tableOf(await retention.lastActiveByOffset(project.projectKey, boundaries), intervals));
  const cohorts = counts.map((row, cohort) => cohortOf(row, cohort, boundaries, { tz, now }));
  const average = averageOf(cohorts);
  if (window.order === "desc") cohorts.reverse();
  return { ...answerHeader({ project, window }), granularity, mode, cohorts, average };
}

type Cohort = Retention["cohorts"][number];

/** A row a cohort, a cell an interval since: as many as lie in the window. */
function tableOf(retained: readonly RetainedActors[], intervals: number): number[][] {
  const table = Array.from({ length: intervals }, (_, cohort) => new Array<number>(intervals - cohort).fill(0));
  for (const { cohort, offset, actors } of retained) {
    const row = table[cohort];
    if (row !== undefined) row[offset] = actors;
  }
  return table;
}

/** From how many came last in an interval to how many came in it or later. */
function sumFromTheEnd(table: readonly number[][]): number[][] {
  return table.map((row) => {
    let sum = 0;
    return row
      .toReversed()
      .map((actors) => {
        sum += actors;
        return sum;
      })
      .reverse();
  });
}

function cohortOf(
  row: readonly number[],
  cohort: number,
  boundaries: readonly number[],
  { tz, now }: { tz: string; now: Date },
): Cohort {
  // Whoever came for the first time in an interval was active in it.
  const size = row[0] ?? 0;
  const isOpen = (interval: number): boolean => (boundaries[interval + 1] ?? 0) > now.getTime();
  return {
    date: localDate(boundaries[cohort] ?? 0, tz),
    size,
    ...(isOpen(cohort) ? { incomplete: true as const } : {}),
    cells: row.map((actors, offset) => ({
      actors,
      rate: size === 0 ? null : percentOf(actors, size),
      ...(isOpen(cohort + offset) ? { incomplete: true as const } : {}),
    })),
  };
}

/** Of each offset, over the cohorts for which that interval is over. */
function averageOf(cohorts: readonly Cohort[]): Retention["average"] {
  return cohorts.map((_, offset) => {
    let [actors, size] = [0, 0];
    for (const cohort of cohorts) {
      const cell = cohort.cells[offset];
      if (cell === undefined || cell.incomplete) continue;
      actors += cell.actors;
      size += cohort.size;
    }
    return { offset, rate: size === 0 ? null : percentOf(actors, size), actors, size };
  });
}
