import { z } from "zod";
import { pageQuerySchema, pageSchema } from "./access.js";
import { exportedEventSchema } from "./insights.js";
import { actorRefSchema, sessionDeviceSchema, sessionSchema, timelineEventSchema } from "./sessions.js";
import { idSchema, instantSchema, timeZoneSchema } from "./text.js";

const count = z.number().int().min(0);

export const actorKinds = ["user", "anonymous"] as const;

export const actorsQuerySchema = pageQuerySchema.extend({
  search: idSchema.optional().meta({ description: "Only those whose id begins with this" }),
  kind: z.enum(actorKinds).optional().meta({ description: "Only users, or only installs without one" }),
});

const actorFields = { ...actorRefSchema.shape, firstSeenAt: instantSchema, lastSeenAt: instantSchema };

export const actorSchema = z.object(actorFields);

/** Who acted in the app, last seen first. */
export const actorsSchema = pageSchema(actorSchema);

export const actorQuerySchema = pageQuerySchema.extend({
  tz: timeZoneSchema.optional().meta({ description: "IANA time zone in which days begin. Default: the project's" }),
});

/** One actor, and their events, newest first. */
export const actorTimelineSchema = z.object({
  actor: z.object({
    ...actorFields,
    activeDays: count.meta({
      description: "Days on which they did something, in that time zone, from the first to the last",
    }),
    days: z
      .array(z.iso.date())
      .meta({ description: "Those of the last 90 days, newest first, in the time zone that is asked for" }),
    device: sessionDeviceSchema.nullable().meta({ description: "Of their latest event" }),
  }),
  items: z.array(timelineEventSchema),
  nextCursor: z.string().nullable(),
});

export const actorExportFormats = ["ndjson", "json"] as const;

export const actorExportQuerySchema = z.strictObject({
  format: z.enum(actorExportFormats).optional().meta({ description: "Default: ndjson" }),
});

/** An exported actor: in NDJSON the first line. */
export const exportedActorSchema = z.object({
  ...actorFields,
  days: z.array(z.iso.date()).meta({ description: "UTC days on which they did something, oldest first" }),
});

/** All that is known of an actor. In NDJSON each entry is a line, with `record`: `actor`, `session` or `event`. */
export const actorExportSchema = z.object({
  actor: exportedActorSchema,
  sessions: z.array(sessionSchema).meta({ description: "Those that name the actor, oldest first" }),
  events: z.array(exportedEventSchema).meta({ description: "Oldest first; archived ones are not among them" }),
});

/** What was deleted of an actor: kept when the actor is gone. Has nothing that tells who it was but a hash of the id. */
export const erasureSchema = z.object({
  id: z.string(),
  erasedAt: instantSchema,
  requestedBy: z.string().meta({ description: "The token that asked for it" }),
  actorHash: z.string().meta({ description: "SHA-256 of the actor's id, as hex digits" }),
  events: count,
  sessions: count.meta({ description: "Sessions that are gone" }),
  sharedSessions: count.meta({
    description: "Sessions that go on without this actor's events: others acted in them too",
  }),
  activeDays: count.meta({ description: "UTC days" }),
  firstSeenAt: instantSchema,
  lastSeenAt: instantSchema,
  archivedDays: z
    .array(
      z.object({
        day: z.iso.date().nullable().meta({ description: "UTC day; null: a file of events of several days" }),
        location: z.string().meta({ description: "Path within the archive" }),
      }),
    )
    .meta({ description: "Archived files that may still hold this actor's events: delete or rewrite them by hand" }),
});

export const erasuresSchema = pageSchema(erasureSchema);

export type ActorKindName = (typeof actorKinds)[number];
export type ActorsQuery = z.infer<typeof actorsQuerySchema>;
export type AppActor = z.infer<typeof actorSchema>;
export type Actors = z.infer<typeof actorsSchema>;
export type ActorQuery = z.infer<typeof actorQuerySchema>;
export type ActorTimeline = z.infer<typeof actorTimelineSchema>;
export type ExportedActor = z.infer<typeof exportedActorSchema>;
export type ActorExport = z.infer<typeof actorExportSchema>;
export type ActorExportFormat = (typeof actorExportFormats)[number];
export type Erasure = z.infer<typeof erasureSchema>;
