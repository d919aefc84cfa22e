import type { EventProperties } from "@mobigen/analytics-contract";
import type { EventNameStore } from "../stores/event-name-store.js";
import type { EventPropertyStore } from "../stores/event-property-store.js";
import { answerHeader, type InsightQuestion, instant, percentOf } from "./question.js";
import { maxRawEvents } from "./raw-range.js";

export type EventPropertyStores = { names: Pick<EventNameStore, "list">; properties: EventPropertyStore };

/** The events of one kind whose properties are taken apart: ten properties each are about three seconds of one core. */
export const maxDescribedEvents = 200_000;
const maxProperties = 200;
const defaultValues = 10;

export type PropertyQuestion = InsightQuestion & { type: string; name?: string | undefined };
export type PropertyOptions = { key?: string | undefined; values?: number | undefined; maxEvents?: number };

/**
 * What properties the events of one type and name have, and what stands in them. Of a period with more of them than may be taken apart
 * its newest part is read, and the answer says which. `maxEvents`: see maxDescribedEvents.
 */
export async function readEventProperties(
  { names, properties: store }: EventPropertyStores,
  { project, window, filter, type, name = "", ...question }: PropertyQuestion,
  { key, values = defaultValues, maxEvents = maxDescribedEvents }: PropertyOptions,
): Promise<EventProperties> {
  const kind = { type, name };
  const { projectKey } = project;
  const bounds = { maxWalked: maxRawEvents, maxRead: maxEvents };
  const { total } = await names.list(projectKey, window, kind, { after: null, limit: 1 });
  const { windows, isWhole } = await store.placesOf(projectKey, kind, window, bounds);
  // One more than is shown tells whether there are more.
  const shown = { key, maxProperties: maxProperties + 1, valuesEach: values };
  const { events, matched, properties } = await store.describe(projectKey, kind, windows, filter, shown);
  return {
    ...answerHeader({ ...question, project, window }),
    event: { type, name: name === "" ? null : name },
    events: total,
    read: {
      from: instant(isWhole ? window.from : (windows.at(-1)?.from ?? window.from)),
      to: instant(window.to),
      events,
      matched,
      // Days that are archived are in the total, and not in the database any more.
      complete: isWhole && events >= total,
    },
    properties: properties.slice(0, maxProperties).map(({ topValues, ...figures }) => ({
      ...figures,
      share: percentOf(figures.events, matched),
      topValues: topValues.map(({ value, events }) => ({ value, events, share: percentOf(events, matched) })),
      otherEvents: figures.events - topValues.reduce((sum, { events }) => sum + events, 0),
    })),
    truncated: properties.length > maxProperties,
  };
}
