import type { PropertyType } from "@mobigen/analytics-contract";
import type { TimeWindow } from "../types.js";
import type { EventFilter } from "./insight-filter.js";

/** What happens under one type and name; '' for events without a name of their own. */
export type EventKind = { type: string; name: string };

export type PropertyValue = string | number | boolean | null;

/** What the events have under one key at the top of their properties. */
export type PropertyFigures = {
  key: string;
  events: number;
  types: Partial<Record<PropertyType, number>>;
  distinctValues: number;
  /** The most frequent ones that can be shown. */
  topValues: { value: PropertyValue; events: number }[];
  /** Of its numbers; null where it has none. */
  numbers: { min: number; max: number; average: number; sum: number } | null;
};

/** Where to look for events: windows that don't overlap, newest first. */
export type EventPlaces = { windows: TimeWindow[]; isWhole: boolean };

export type PlaceBounds = {
  /** Events of any kind in the windows. */
  maxWalked: number;
  /** Events of the kind that is asked for. */
  maxRead: number;
};

export type ShownProperties = {
  /** Only this key. */
  key?: string | undefined;
  maxProperties: number;
  valuesEach: number;
};

export type EventPropertyStore = {
  /**
   * The newest quarters of an hour of a window in which such events are, as many as the bounds allow (one is always among them). From
   * the rollup, so that a rare event of a busy app is found without a walk over all the others.
   */
  placesOf(projectKey: number, kind: EventKind, window: TimeWindow, bounds: PlaceBounds): Promise<EventPlaces>;
  /** Reads the events of the windows one by one. `events` are all of the kind, `matched` those that pass the filter. */
  describe(
    projectKey: number,
    kind: EventKind,
    windows: readonly TimeWindow[],
    filter: EventFilter,
    shown: ShownProperties,
  ): Promise<{ events: number; matched: number; properties: PropertyFigures[] }>;
};
