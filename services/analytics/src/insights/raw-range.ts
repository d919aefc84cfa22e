import { ApiError } from "../errors.js";
import type { AppMetricsStore } from "../stores/app-metrics-store.js";
import type { TimeWindow } from "../types.js";
import type { InsightProject } from "./question.js";

/**
 * The most events that a question reads one by one: about a second of one core. How many a period holds is known from the rollup,
 * so that a question which would take longer is refused before it begins.
 */
export const maxRawEvents = 1_000_000;

export type CountEvents = Pick<AppMetricsStore, "appEventsBy">;

export async function holdsRawRange(
  apps: CountEvents,
  project: InsightProject,
  { from, to }: TimeWindow,
): Promise<boolean> {
  const [events = 0] = await apps.appEventsBy([from, to], project.id);
  return events <= maxRawEvents;
}

/** @throws ApiError range_too_large where a window holds more events than may be read one by one. */
export async function requireRawRange(apps: CountEvents, project: InsightProject, window: TimeWindow): Promise<void> {
  if (await holdsRawRange(apps, project, window)) return;
  throw new ApiError(
    "range_too_large",
    `With these filters every event is read, and the period holds more than ${maxRawEvents.toLocaleString("en")}. Take a shorter period, or fewer filters.`,
  );
}
