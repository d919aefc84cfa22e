/**
 * What a transaction changes in the rollups of days that are summed up already it notes beside them, in the same statement: see
 * summary_progress, and docs/decisions/0017 for why nothing gets lost when a day is closed meanwhile. Whoever writes to project_rollup,
 * usage_rollup or platform_event_rollup has to.
 */
export function isClosed(bucket: string): string {
  return `${bucket} < (select noted_before from summary_progress)`;
}

/** Columns that daily_summary and late_platform_change take of usage_rollup. */
export const summedUsage = [
  "requests",
  "unpriced_requests",
  "failed_requests",
  "input_tokens",
  "output_tokens",
  "input_cost",
  "output_cost",
  "failed_cost",
  "generation_cost",
  "build_cost",
] as const;

/** Columns that they take of platform_event_rollup. */
export const summedEvents = [
  { column: "generations", event: "generation.completed" },
  { column: "generation_failures", event: "generation.failed" },
  { column: "builds", event: "build.completed" },
  { column: "build_failures", event: "build.failed" },
] as const;

export const isSummedEvent = `event in (${summedEvents.map(({ event }) => `'${event}'`).join(", ")})`;

/** A column for each of the summed events: `value` where the row is one of it, else 0. */
export function eventSums(value: string): string {
  return summedEvents.map(({ event }) => `case when event = '${event}' then ${value} else 0 end`).join(", ");
}

/** Everything that a transaction can note of usage and platform events. */
export const latePlatformColumns = [...summedUsage, ...summedEvents.map(({ column }) => column)];
