import { z } from "zod";
import { addressSchema, idSchema, instantSchema, timeZoneSchema } from "./text.js";

export const reportScopes = ["platform", "user", "project"] as const;
/** An `unsubscribed` one stays so: its receiver said it. To subscribe that address again, delete it and make a new one. */
export const reportSubscriptionStates = ["active", "paused", "unsubscribed"] as const;

export const newReportSubscriptionSchema = z
  .strictObject({
    scope: z.enum(reportScopes).meta({ description: "What the weekly report is about" }),
    scopeId: idSchema.optional().meta({ description: "Which user or project; none for the platform" }),
    address: addressSchema.meta({ description: "Whom it is mailed to: one address", examples: ["owner@example.com"] }),
    timezone: timeZoneSchema
      .optional()
      .meta({ description: "In which weeks and days begin. Default: the project's, else UTC" }),
  })
  .superRefine(({ scope, scopeId }, context) => {
    if ((scope === "platform") === (scopeId === undefined)) return;
    const message = scope === "platform" ? "must be left out: the platform is one" : `is required: which ${scope}`;
    context.addIssue({ code: "custom", path: ["scopeId"], message });
  });

export const reportSubscriptionPatchSchema = z
  .strictObject({
    timezone: timeZoneSchema.optional(),
    paused: z.boolean().optional().meta({ description: "True: no reports until it is false again" }),
  })
  .refine((patch) => Object.keys(patch).length > 0, "must change at least one field");

export const reportSubscriptionSchema = z.object({
  id: z.string(),
  scope: z.enum(reportScopes),
  scopeId: z.string().nullable(),
  address: z.string(),
  timezone: z.string(),
  state: z.enum(reportSubscriptionStates),
  lastReportAt: instantSchema.nullable().meta({ description: "When its latest report was handed to the outbox" }),
  createdAt: instantSchema,
  updatedAt: instantSchema,
});

export type ReportScope = (typeof reportScopes)[number];
export type ReportSubscriptionState = (typeof reportSubscriptionStates)[number];
export type NewReportSubscription = z.infer<typeof newReportSubscriptionSchema>;
export type ReportSubscriptionPatch = z.infer<typeof reportSubscriptionPatchSchema>;
export type ReportSubscription = z.infer<typeof reportSubscriptionSchema>;
