import type { TimeWindow } from "../types.js";
import type { EventFilter } from "./insight-filter.js";
import type { StoredEvent, TimelinePosition } from "./timeline-event.js";

/** Some events in order, none where the filter passed none of those that were read; `next` is null at the end. */
export type ExportPage = { events: StoredEvent[]; next: TimelinePosition | null };

/** Raw events of a project, however many, in the order of the times that they count by. */
export type EventExportStore = {
  /** The next events behind a position. Each call reads a bounded number, so none takes long and none holds on to a connection. */
  page(
    projectKey: number,
    window: TimeWindow,
    filter: EventFilter,
    after: TimelinePosition | null,
  ): Promise<ExportPage>;
  /** How many events of the project are in archive files alone, of the files that have rows in a window. */
  archivedIn(projectId: string, window: TimeWindow): Promise<number>;
};
