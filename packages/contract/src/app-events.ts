import { z } from "zod";
import { idSchema, instantSchema, isPrintable } from "./text.js";

export const maxEventsPerBatch = 1_000;
export const maxPropertiesBytes = 32 * 1024;
export const maxPropertiesDepth = 8;

/** Why an event was not stored. Closed: a new reason is a new line here. */
export const rejectReasons = {
  not_an_object: { message: "the event is not a JSON object", retryable: false },
  unknown_field: { message: "the event has a field that is not known", retryable: false },
  invalid_event_id: { message: "eventId must have 1–200 printable characters", retryable: false },
  invalid_type: { message: "type must have 1–200 printable characters", retryable: false },
  invalid_session_id: { message: "sessionId must have 1–200 printable characters", retryable: false },
  invalid_actor: { message: "userId and anonymousId must have 1–200 printable characters", retryable: false },
  invalid_name: { message: "the event's name must have 1–200 printable characters", retryable: false },
  project_mismatch: { message: "the event names another project than its batch", retryable: false },
  invalid_timestamp: { message: "timestamp must be an ISO 8601 time with a zone", retryable: false },
  too_old: { message: "the event is older than the acceptance window", retryable: false },
  too_far_ahead: { message: "the event lies further ahead than the acceptance window", retryable: true },
  invalid_device: { message: "device or app is not valid", retryable: false },
  invalid_properties: { message: "properties must be a JSON object of plain values", retryable: false },
  properties_too_large: { message: "properties must have at most 32768 bytes as JSON", retryable: false },
  properties_too_deep: { message: "properties must be at most 8 levels deep", retryable: false },
} as const satisfies Record<string, { message: string; retryable: boolean }>;

export type RejectReason = keyof typeof rejectReasons;

export const maxDeviceText = 100;

const deviceText = z.string().max(maxDeviceText).refine(isPrintable, "must have printable characters only");

export const deviceSchema = z.strictObject({
  platform: deviceText.nullish().meta({ examples: ["ios", "android", "web"] }),
  osVersion: deviceText.nullish(),
  appVersion: deviceText.nullish(),
  model: deviceText.nullish(),
  manufacturer: deviceText.nullish(),
  locale: deviceText.nullish(),
  timezone: deviceText.nullish(),
});

/**
 * One event of a mobile app. The service checks events by ordered steps (so that a bad one names its reason), this schema
 * documents them: a test holds the two together. Optional fields take null for absent: the serializers of many SDKs write it.
 */
export const appEventSchema = z.strictObject({
  eventId: idSchema,
  type: idSchema.meta({ examples: ["screen_view", "custom", "session_start"] }),
  sessionId: idSchema,
  projectId: idSchema.nullish(),
  timestamp: instantSchema
    .nullish()
    .meta({ description: "Without it a UUIDv7 eventId's own time holds, else the server's" }),
  name: idSchema.nullish().meta({ description: "Default: properties.screenName or properties.eventName" }),
  userId: idSchema.nullish(),
  anonymousId: idSchema.nullish(),
  properties: z.record(z.string(), z.json()).nullish().meta({ description: "At most 32 KB and 8 levels deep" }),
  device: deviceSchema.nullish(),
  app: z.strictObject({ build: deviceText.nullish() }).nullish(),
});

/** What stands around the events of a batch; the events themselves are judged one by one. */
export const eventBatchEnvelopeSchema = z.strictObject({
  batchId: idSchema.nullish(),
  projectId: idSchema.nullish(),
  createdAt: instantSchema.nullish(),
  sentAt: instantSchema
    .nullish()
    .meta({ description: "The device's clock as it sends, to correct a clock that is off" }),
  events: z.array(z.unknown()),
});

export const eventBatchSchema = eventBatchEnvelopeSchema.extend({
  events: z.array(appEventSchema).min(1).max(maxEventsPerBatch),
});

export const singleEventSchema = appEventSchema.extend({ sentAt: instantSchema.nullish() });

export const rateLimitSchema = z.object({
  count: z.number().int().meta({ description: "Events of this project in the current minute, this request included" }),
  limit: z.number().int(),
  exceeded: z.boolean(),
});

export const ingestReplySchema = z.object({
  success: z.boolean(),
  accepted: z.number().int().meta({ description: "Events that are stored now, duplicates included" }),
  rejected: z.number().int(),
  duplicates: z.number().int().meta({ description: "How many of the accepted ones were stored before" }),
  errors: z.array(
    z.object({
      index: z.number().int(),
      eventId: z.string().nullable(),
      code: z.enum(Object.keys(rejectReasons) as [RejectReason, ...RejectReason[]]),
      message: z.string(),
      retryable: z.boolean(),
    }),
  ),
  rateLimit: rateLimitSchema,
});

export const ingestHealthSchema = z.object({
  status: z.enum(["ok", "degraded"]),
  service: z.literal("analytics-ingestion"),
  buffers: z
    .record(z.string(), z.number().int())
    .meta({ description: "Events that wait for their commit, by project" }),
});

export type Device = z.infer<typeof deviceSchema>;
export type AppEventInput = z.infer<typeof appEventSchema>;
export type EventBatchEnvelope = z.infer<typeof eventBatchEnvelopeSchema>;
export type RateLimit = z.infer<typeof rateLimitSchema>;
export type IngestReply = z.infer<typeof ingestReplySchema>;
export type IngestHealth = z.infer<typeof ingestHealthSchema>;
