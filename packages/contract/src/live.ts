import { z } from "zod";
import { timelineEventSchema } from "./sessions.js";
import { instantSchema } from "./text.js";

/**
 * `GET /api/projects/:projectId/live` is a stream of server-sent events. Each message is named by its `event` line and carries
 * JSON of one of these; lines that begin with a colon are heartbeats.
 */
export const liveMessages = {
  /** Right after the stream is open, and again after a reconnect: what came last. */
  hello: z.object({ at: instantSchema, recent: z.array(timelineEventSchema).meta({ description: "Newest first" }) }),
  /** What came since the last message. */
  events: z.object({
    at: instantSchema,
    events: z.array(timelineEventSchema).meta({ description: "Oldest first" }),
    skipped: z.number().int().min(0).meta({ description: "So many more came than one message shows" }),
  }),
  /** The service stops: connect again. */
  bye: z.object({ at: instantSchema }),
} as const;

export type LiveHello = z.infer<typeof liveMessages.hello>;
export type LiveEvents = z.infer<typeof liveMessages.events>;
