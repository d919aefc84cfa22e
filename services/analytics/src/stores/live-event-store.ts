import type { TimeWindow } from "../types.js";
import type { StoredEvent, TimelinePosition } from "./timeline-event.js";

/** An event by its identity, and when it came in. */
export type EventArrival = Pick<TimelinePosition, "eventKey" | "occurredAt"> & { receivedAt: number };

export type LiveEventStore = {
  /**
   * How far back, from the end of a window, a look at each event comes to no more than `maxEvents`: a bound of buckets inside the window, at
   * least the newest one's. From the rollup.
   */
  reachOf(projectKey: number, window: TimeWindow, maxEvents: number): Promise<number>;
  /** What came in at `receivedFrom` or later, of the events in a window, the latest first. Reads every event of the window. */
  arrivals(projectKey: number, window: TimeWindow, receivedFrom: number, limit: number): Promise<EventArrival[]>;
  /** The events of some arrivals, in no order; those that are gone by now are left out. */
  eventsOf(projectKey: number, arrivals: readonly EventArrival[]): Promise<StoredEvent[]>;
};
