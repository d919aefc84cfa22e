import { z } from "zod";
import { idSchema, instantSchema } from "./text.js";

export const maxPlatformEventsPerRequest = 1_000;
export const maxMetadataBytes = 32 * 1024;
export const maxMetadataDepth = 8;

/** The platform's own event types; any other name is stored as well. */
export const platformEventTypes = [
  "user.created",
  "user.login",
  "project.created",
  "project.deleted",
  "generation.started",
  "generation.completed",
  "generation.failed",
  "build.triggered",
  "build.completed",
  "build.failed",
] as const;

export const platformEventSchema = z.strictObject({
  event: idSchema.meta({ examples: [...platformEventTypes] }),
  eventId: idSchema.optional().meta({ description: "Makes the call repeatable; the server makes one if it is absent" }),
  userId: idSchema.optional(),
  projectId: idSchema.optional(),
  timestamp: instantSchema.optional(),
  metadata: z
    .record(z.string(), z.json())
    .optional()
    .meta({ description: "At most 32 KB and 8 levels deep. `name` of project.created names the project" }),
});

export const platformEventReplySchema = z.object({
  success: z.literal(true),
  eventId: z.string(),
  duplicate: z.boolean(),
});

export const platformEventsReplySchema = z.object({
  success: z.boolean(),
  results: z.array(
    z.union([
      platformEventReplySchema,
      z.object({
        success: z.literal(false),
        index: z.number().int(),
        eventId: z.string().nullable(),
        code: z.string(),
        message: z.string(),
      }),
    ]),
  ),
});

export type PlatformEventInput = z.infer<typeof platformEventSchema>;
export type PlatformEventReply = z.infer<typeof platformEventReplySchema>;
export type PlatformEventsReply = z.infer<typeof platformEventsReplySchema>;
