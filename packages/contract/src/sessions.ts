import { z } from "zod";
import { pageQuerySchema } from "./access.js";
import { insightFilters, insightWindowQuerySchema } from "./insight-query.js";
import { insightHeader } from "./insights.js";
import { idSchema, instantSchema } from "./text.js";

const count = z.number().int().min(0);
const page = { cursor: pageQuerySchema.shape.cursor, limit: pageQuerySchema.shape.limit };

/** The longest session that can be asked for: a week. */
export const maxMinSeconds = 7 * 24 * 3_600;

/** Who acts in an app, as it was sent: a `userId`, or, for `anonymous`, an `anonymousId`. */
export const actorRefSchema = z.object({ id: z.string(), kind: z.enum(["user", "anonymous"]) });

export const sessionsQuerySchema = insightWindowQuerySchema.extend({
  actor: idSchema.optional().meta({ description: "Only those of this user or install" }),
  platform: insightFilters.platform,
  version: insightFilters.version,
  country: insightFilters.country,
  minSeconds: z.coerce
    .number()
    .int()
    .min(0)
    .max(maxMinSeconds)
    .optional()
    .meta({ description: "Only those that lasted at least so long" }),
  minEvents: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({ description: "Only those of so many events" }),
  ...page,
});

export const sessionDeviceSchema = z.object({
  platform: z.string().nullable(),
  osVersion: z.string().nullable(),
  appVersion: z.string().nullable(),
  appBuild: z.string().nullable(),
  model: z.string().nullable(),
  manufacturer: z.string().nullable(),
  locale: z.string().nullable(),
  timezone: z.string().nullable(),
});

export const sessionSchema = z.object({
  sessionId: z.string(),
  startedAt: instantSchema,
  lastEventAt: instantSchema,
  durationSeconds: z.number().min(0).meta({ description: "From the first to the last event" }),
  events: count,
  screens: count.meta({ description: "Screen views" }),
  actor: actorRefSchema.nullable().meta({ description: "Of its latest event that names one" }),
  device: sessionDeviceSchema.meta({ description: "Of its first event" }),
});

/** Sessions that began in the window. */
export const sessionsSchema = z.object({
  ...insightHeader,
  items: z.array(sessionSchema),
  nextCursor: z.string().nullable(),
});

/** An event as a timeline shows it. */
export const timelineEventSchema = z.object({
  eventId: z.string(),
  timestamp: instantSchema.meta({ description: "The time that the event counts by" }),
  receivedAt: instantSchema,
  type: z.string(),
  name: z.string().nullable(),
  sessionId: z.string(),
  actor: actorRefSchema.nullable(),
  platform: z.string().nullable(),
  appVersion: z.string().nullable(),
  country: z.string().nullable(),
  isBot: z.boolean(),
  properties: z.record(z.string(), z.json()).nullable(),
});

export const sessionQuerySchema = pageQuerySchema;

/** One session with its events in the order of their times. */
export const sessionTimelineSchema = z.object({
  session: sessionSchema,
  items: z.array(timelineEventSchema),
  nextCursor: z.string().nullable(),
});

export type SessionDevice = z.infer<typeof sessionDeviceSchema>;
export type ActorRef = z.infer<typeof actorRefSchema>;
export type SessionsQuery = z.infer<typeof sessionsQuerySchema>;
export type AppSession = z.infer<typeof sessionSchema>;
export type Sessions = z.infer<typeof sessionsSchema>;
export type TimelineEvent = z.infer<typeof timelineEventSchema>;
export type SessionTimeline = z.infer<typeof sessionTimelineSchema>;
