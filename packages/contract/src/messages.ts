import { z } from "zod";
import { pageQuerySchema } from "./access.js";
import { instantSchema } from "./text.js";

export const messageKinds = ["log", "mail", "webhook"] as const;
export const messageStates = ["waiting", "delivered", "gave_up"] as const;

export const messageQuerySchema = pageQuerySchema.extend({
  state: z.enum(messageStates).optional().meta({ description: "Only those. Default: all" }),
});

/** A mail, a webhook call or a line of the log that was to be sent. */
export const messageSchema = z.object({
  id: z.string(),
  kind: z.enum(messageKinds),
  receiver: z.string().nullable().meta({ description: "Address or URL; null for the log" }),
  subject: z.string().nullable().meta({ description: "Of a mail, or the line of the log" }),
  state: z.enum(messageStates),
  attempts: z.number().int(),
  lastError: z.string().nullable().meta({ description: "What the receiver said, or why it was not reached" }),
  createdAt: instantSchema,
  nextAttemptAt: instantSchema.nullable().meta({ description: "Of a waiting one" }),
  finishedAt: instantSchema.nullable().meta({ description: "When it was delivered, or given up" }),
});

export type MessageKind = (typeof messageKinds)[number];
export type MessageState = (typeof messageStates)[number];
export type MessageQuery = z.infer<typeof messageQuerySchema>;
export type Message = z.infer<typeof messageSchema>;
