import { z } from "zod";
import { type exportFormats, insightMetrics } from "./insight-query.js";
import { granularities } from "./metrics.js";
import { instantSchema } from "./text.js";

const count = z.number().int().min(0);
const share = z.number().min(0).max(100).meta({ description: "Percent of the total" });

/** What every answer about a project begins with. */
export const insightHeader = {
  projectId: z.string(),
  period: z.string().meta({ description: "As it was asked for; custom for from and to" }),
  timezone: z.string(),
  from: instantSchema,
  to: instantSchema,
};

const partial = z
  .literal(true)
  .optional()
  .meta({ description: "This interval is not over: its numbers can still grow" });

/** A number beside that of the period before. */
function compared<Value extends z.ZodType>(value: Value) {
  return z.object({
    value,
    before: value.nullable().meta({ description: "In the period before; null where there is none" }),
    change: z.number().nullable().meta({ description: "Percent; null from zero, and without a period before" }),
  });
}

export const overviewSchema = z.object({
  ...insightHeader,
  previous: z
    .object({ from: instantSchema, to: instantSchema })
    .nullable()
    .meta({ description: "The period before, cut to the length that has elapsed of this one; null for all time" }),
  events: compared(count),
  screenViews: compared(count),
  sessions: compared(count).meta({ description: "Sessions that began" }),
  activeUsers: compared(count).meta({ description: "Different users and installs that sent an event" }),
  newUsers: compared(count).meta({ description: "Active ones whose first event ever lies in the period" }),
  averageSessionSeconds: compared(z.number().nullable()).meta({
    description: "From a session's first to its last event; null without sessions, like the two below",
  }),
  screensPerSession: compared(z.number().nullable()),
  bounceRate: compared(z.number().nullable()).meta({
    description: "Percent of the sessions that saw at most one screen and lasted less than 10 seconds",
  }),
});

export const insightSeriesSchema = z.object({
  ...insightHeader,
  metric: z.enum(insightMetrics),
  granularity: z.enum(granularities),
  data: z.array(
    z.object({
      timestamp: instantSchema,
      value: z.number().nullable().meta({ description: "Null for an average over no sessions" }),
      partial,
    }),
  ),
});

export const screensSchema = z.object({
  ...insightHeader,
  totalViews: count,
  items: z.array(
    z.object({
      name: z.string().nullable().meta({ description: "Null: screen views that name no screen" }),
      views: count,
      share,
      actors: count.nullable().meta({ description: "Different ones that saw it; null where counted is false" }),
      sessions: count.nullable().meta({ description: "In how many sessions; null where counted is false" }),
      lastSeenAt: instantSchema,
    }),
  ),
  counted: z.boolean().meta({
    description: "Whether actors and sessions were counted: not in a period that holds more than a million events",
  }),
  nextCursor: z.string().nullable(),
});

export const eventNamesSchema = z.object({
  ...insightHeader,
  totalEvents: count,
  items: z.array(
    z.object({
      type: z.string(),
      name: z.string().nullable(),
      events: count,
      share,
      lastSeenAt: instantSchema,
    }),
  ),
  nextCursor: z.string().nullable(),
});

export const propertyTypes = ["string", "number", "boolean", "null", "array", "object"] as const;

export const eventPropertiesSchema = z.object({
  ...insightHeader,
  event: z.object({ type: z.string(), name: z.string().nullable() }),
  events: count.meta({ description: "Events of this type and name in the period, filters aside" }),
  read: z
    .object({
      from: instantSchema,
      to: instantSchema,
      events: count.meta({ description: "Events of this type and name that were read, before any filter" }),
      matched: count.meta({ description: "Those of them that the filters let through: shares are of these" }),
      complete: z.boolean().meta({ description: "All of the period was read" }),
    })
    .meta({ description: "What the answer is made of: the newest part of a period that holds too many events" }),
  properties: z.array(
    z.object({
      key: z.string(),
      events: count.meta({ description: "That have it" }),
      share,
      types: z.partialRecord(z.enum(propertyTypes), count).meta({ description: "Events by the type of the value" }),
      distinctValues: count.meta({ description: "Different values" }),
      topValues: z
        .array(z.object({ value: z.union([z.string(), z.number(), z.boolean(), z.null()]), events: count, share }))
        .meta({ description: "The most frequent ones; no lists, no objects and no texts of more than 200 characters" }),
      otherEvents: count.meta({ description: "With values that are not shown" }),
      numbers: z
        .object({ min: z.number(), max: z.number(), average: z.number(), sum: z.number() })
        .nullable()
        .meta({ description: "Of its numbers; null where it has none" }),
    }),
  ),
  truncated: z.boolean().meta({ description: "The events have more properties than the 200 that are shown" }),
});

export const adoptionDimensions = ["version", "platform", "country", "device"] as const;

const adopters = {
  sessions: count.meta({ description: "Sessions that began" }),
  users: count.meta({ description: "Different users and installs of those sessions" }),
};

/** How the sessions of an app divide among its versions, platforms, countries or device models, and how that changed. */
export const adoptionSchema = z.object({
  ...insightHeader,
  dimension: z.enum(adoptionDimensions),
  granularity: z.enum(granularities),
  total: z.object(adopters),
  items: z.array(
    z.object({
      value: z.string().nullable().meta({ description: "Null: devices that do not say" }),
      ...adopters,
      share: share.meta({ description: "Percent of all sessions" }),
      firstSeenAt: instantSchema.meta({ description: "Start of the first session in the period" }),
      lastSeenAt: instantSchema.meta({ description: "Start of the last one" }),
    }),
  ),
  other: z
    .object({ values: count.meta({ description: "How many more values there are" }), sessions: count, share })
    .nullable()
    .meta({ description: "Those that are not shown one by one" }),
  series: z.array(
    z.object({
      timestamp: instantSchema,
      total: z.object(adopters),
      items: z.array(z.object(adopters)).meta({ description: "In the order of the items above" }),
      otherSessions: count,
      partial,
    }),
  ),
});

export const activeUsersSchema = z.object({
  ...insightHeader,
  data: z.array(
    z.object({
      date: z.iso.date(),
      daily: count.meta({ description: "Active on this day" }),
      weekly: count.meta({ description: "Active on this day or the 6 before it" }),
      monthly: count.meta({ description: "Active on this day or the 29 before it" }),
      stickiness: z
        .number()
        .nullable()
        .meta({ description: "Percent: daily of monthly; null where nobody was active" }),
      partial,
    }),
  ),
});

/** One exported event: a line of NDJSON; in CSV the columns have the same names and order, and properties are JSON. */
export const exportedEventSchema = z.object({
  timestamp: instantSchema.meta({ description: "The time that the event counts by" }),
  sentTimestamp: instantSchema.meta({ description: "As the client sent it, before its clock was corrected" }),
  receivedAt: instantSchema,
  eventId: z.string().meta({ description: "Together with sentTimestamp the event's identity" }),
  type: z.string(),
  name: z.string().nullable(),
  sessionId: z.string(),
  userId: z.string().nullable(),
  anonymousId: z.string().nullable(),
  platform: z.string().nullable(),
  osVersion: z.string().nullable(),
  appVersion: z.string().nullable(),
  appBuild: z.string().nullable(),
  model: z.string().nullable(),
  manufacturer: z.string().nullable(),
  locale: z.string().nullable(),
  deviceTimezone: z.string().nullable(),
  country: z.string().nullable(),
  isBot: z.boolean(),
  properties: z.record(z.string(), z.json()).nullable(),
});

export const exportMediaTypes: Readonly<Record<(typeof exportFormats)[number], string>> = {
  csv: "text/csv; charset=utf-8; header=present",
  ndjson: "application/x-ndjson; charset=utf-8",
};

export type Overview = z.infer<typeof overviewSchema>;
export type InsightSeries = z.infer<typeof insightSeriesSchema>;
export type Screens = z.infer<typeof screensSchema>;
export type EventNames = z.infer<typeof eventNamesSchema>;
export type EventProperties = z.infer<typeof eventPropertiesSchema>;
export type PropertyType = (typeof propertyTypes)[number];
export type AdoptionDimension = (typeof adoptionDimensions)[number];
export type Adoption = z.infer<typeof adoptionSchema>;
export type ActiveUsers = z.infer<typeof activeUsersSchema>;
export type ExportedEvent = z.infer<typeof exportedEventSchema>;
