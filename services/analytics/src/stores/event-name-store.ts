import type { TimeWindow } from "../types.js";
import type { EventFilter } from "./insight-filter.js";

export type NamedEvents = {
  nameKey: number;
  type: string;
  /** '' for events without a name of their own. */
  name: string;
  events: number;
  lastSeenAt: number;
};

/** The most frequent first; `total` is of all names, on this page or not. */
export type NamePage = { total: number; names: NamedEvents[] };

/** Where a page begins: behind the name with so many events and this key. */
export type NamePosition = { events: number; nameKey: number };

export type NameAudience = { actors: number; sessions: number };

/** The types and names of a project's events in a window. */
export type EventNameStore = {
  /**
   * A page of names. From rollups where nothing but type and name narrows; a filter of devices or properties reads every event of
   * the window, which must be known to hold a bounded number of them.
   */
  list(
    projectKey: number,
    window: TimeWindow,
    filter: EventFilter,
    page: { after: NamePosition | null; limit: number },
  ): Promise<NamePage>;
  /** How many different actors and sessions are behind each of some names. Reads every event of the window. */
  audienceOf(
    projectKey: number,
    window: TimeWindow,
    filter: EventFilter,
    nameKeys: readonly number[],
  ): Promise<Map<number, NameAudience>>;
};
