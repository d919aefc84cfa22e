import { z } from "zod";
import { calendarPeriods } from "./periods.js";
import {
  addressSchema,
  countSchema,
  idSchema,
  instantSchema,
  maxIdLength,
  nameSchema,
  timeZoneSchema,
} from "./text.js";
import { maxTokensPerCall } from "./usage.js";

export const budgetScopes = ["platform", "user", "project", "feature"] as const;
/** A soft budget tells, a hard one denies as well. */
export const budgetModes = ["soft", "hard"] as const;
export const defaultThresholds = [50, 80, 100];
export const maxThresholds = 10;
export const maxThresholdPercent = 1_000;
export const maxBudgetChannels = 10;
/** With six decimals these are the fifteen digits that a JSON number carries exactly. */
export const maxBudgetLimit = 1_000_000_000;
const maxLimitDecimals = 6;
export const maxEstimatedCost = 1_000_000;
export const defaultReservationSeconds = 300;
export const maxReservationSeconds = 3_600;
const maxUrlLength = 2_000;

const limitSchema = z
  .union([z.number(), z.string()], {
    error: ({ input }) =>
      input === undefined ? "is required" : 'must be a number of US dollars, or one as text such as "99.50"',
  })
  .refine(
    isLimit,
    `must be above 0 and at most ${maxBudgetLimit} US dollars, with at most ${maxLimitDecimals} decimals`,
  )
  .meta({ description: "US dollars a period; exact as text, too", examples: [100, "99.50"] });

function isLimit(value: number | string): boolean {
  const amount = Number(value);
  // A number below a millionth prints with an exponent and has too many decimals anyhow.
  return /^\d{1,10}(\.\d{1,6})?$/.test(String(value)) && amount > 0 && amount <= maxBudgetLimit;
}

const currencySchema = z.literal("USD", {
  error: "must be USD: budgets are kept in US dollars, so convert the limit first",
});

const thresholdsSchema = z
  .array(z.int().min(1).max(maxThresholdPercent))
  .max(maxThresholds)
  .refine(ascends, "must ascend, each percentage once")
  .meta({ description: `Percentages of the limit at which to tell. Default: ${defaultThresholds.join(", ")}` });

function ascends(percentages: readonly number[]): boolean {
  return percentages.every((percent, n) => n === 0 || percent > (percentages[n - 1] ?? 0));
}

const notWebhookUrl = "must be an http or https URL without a user name, password or fragment";
const plainUrl = /^https?:\/\/[^\s@/?#]+([/?][\x21\x22\x24-\x7e]*)?$/i;

const logChannel = z.strictObject({ type: z.literal("log") });
const emailChannel = z.strictObject({
  type: z.literal("email"),
  to: addressSchema,
});
const webhookChannel = z.strictObject({
  type: z.literal("webhook"),
  url: z
    .url({ protocol: /^https?$/, error: notWebhookUrl })
    .max(maxUrlLength)
    .regex(plainUrl, notWebhookUrl),
});

export const budgetChannelSchema = z.discriminatedUnion("type", [logChannel, emailChannel, webhookChannel]);

const channelsSchema = z
  .array(budgetChannelSchema)
  .max(maxBudgetChannels)
  .refine(differ, "must name each address once")
  .meta({ description: "Where alerts go. Default: the service's log" });

function differ(channels: readonly z.infer<typeof budgetChannelSchema>[]): boolean {
  return new Set(channels.map((channel) => JSON.stringify(channel))).size === channels.length;
}

const settings = {
  name: nameSchema.nullable().optional(),
  limit: limitSchema,
  currency: currencySchema.optional(),
  mode: z.enum(budgetModes).optional().meta({ description: "Default: soft" }),
  thresholds: thresholdsSchema.optional(),
  channels: channelsSchema.optional(),
};

export const newBudgetSchema = z
  .strictObject({
    scope: z.enum(budgetScopes).meta({ description: "Whose calls count" }),
    scopeId: idSchema.optional().meta({ description: "Which user, project or feature; none for the platform" }),
    period: z.enum(calendarPeriods).meta({ description: "Calendar periods of the time zone; weeks begin on Monday" }),
    timezone: timeZoneSchema.optional().meta({ description: "In which periods begin. Default: UTC" }),
    ...settings,
  })
  .superRefine(({ scope, scopeId }, context) => {
    if ((scope === "platform") === (scopeId === undefined)) return;
    const message = scope === "platform" ? "must be left out: the platform is one" : `is required: which ${scope}`;
    context.addIssue({ code: "custom", path: ["scopeId"], message });
  });

export const budgetPatchSchema = z
  .strictObject({ ...settings, limit: limitSchema.optional() })
  .refine((patch) => Object.keys(patch).length > 0, "must change at least one field");

const dollars = z.number().meta({ description: "US dollars" });

/** What a budget's running period has come to. */
const spendingSchema = {
  spent: dollars.meta({ description: "Of the calls recorded in this period" }),
  reserved: dollars.meta({ description: "Held for calls under way" }),
  remaining: dollars.meta({ description: "limit − spent − reserved, and never below 0" }),
  periodStart: instantSchema,
  resetsAt: instantSchema.meta({ description: "When the next period begins" }),
};

const identity = {
  name: z.string().nullable(),
  scope: z.enum(budgetScopes),
  scopeId: z.string().nullable(),
  period: z.enum(calendarPeriods),
  timezone: z.string(),
  mode: z.enum(budgetModes),
  limit: dollars,
};

export const budgetSchema = z.object({
  id: z.string(),
  ...identity,
  currency: z.literal("USD"),
  thresholds: z.array(z.number().int()),
  channels: z.array(budgetChannelSchema),
  ...spendingSchema,
  createdAt: instantSchema,
  updatedAt: instantSchema,
});

export const budgetAlertSchema = z.object({
  threshold: z.number().int().meta({ description: "Percent of the limit" }),
  spent: dollars,
  limit: dollars,
  periodStart: instantSchema,
  at: instantSchema,
});

/** With the latest alerts, newest first. */
export const budgetDetailSchema = budgetSchema.extend({ alerts: z.array(budgetAlertSchema) });

/** The reply to a change: with the secrets of the webhooks that it added. */
export const changedBudgetSchema = budgetSchema.extend({
  webhookSecrets: z
    .array(z.object({ url: z.string(), secret: z.string() }))
    .meta({ description: "Of webhooks that were added just now; shown this once" }),
});

const tokens = countSchema.max(maxTokensPerCall, `must be at most ${maxTokensPerCall}`);

/** May this call be made? By what it is estimated to cost: in dollars, or from its model and tokens. */
export const budgetCheckSchema = z
  .strictObject({
    userId: idSchema.optional(),
    projectId: idSchema.optional(),
    feature: idSchema.optional(),
    estimatedCost: z
      .union([z.number(), z.string().max(maxIdLength)], "must be a number of US dollars, or one as text")
      .refine(isEstimate, `must be above 0 and at most ${maxEstimatedCost} US dollars`)
      .optional()
      .meta({ description: "US dollars; or model and tokens instead", examples: [0.05] }),
    model: idSchema.optional(),
    provider: idSchema.optional(),
    inputTokens: tokens.optional(),
    outputTokens: tokens.optional().meta({ description: "The most that it may answer" }),
    reserve: z
      .boolean()
      .optional()
      .meta({ description: "Hold the estimate until the call is recorded. Default: false" }),
    requestId: idSchema
      .optional()
      .meta({ description: "That the call will be recorded under; the server makes one if absent" }),
    ttlSeconds: z
      .int()
      .min(1)
      .max(maxReservationSeconds)
      .optional()
      .meta({ description: `How long the reservation holds. Default: ${defaultReservationSeconds}` }),
  })
  .superRefine(({ estimatedCost, model, inputTokens, outputTokens, reserve, requestId, ttlSeconds }, context) => {
    const fault = (path: string, message: string): void => context.addIssue({ code: "custom", path: [path], message });
    const hasTokens = inputTokens !== undefined || outputTokens !== undefined;
    if (estimatedCost !== undefined && (model !== undefined || hasTokens)) {
      fault("estimatedCost", "can't stand beside model and tokens: one of the two estimates");
    } else if (hasTokens && model === undefined) {
      fault("model", "is required with tokens");
    } else if (model !== undefined && !hasTokens) {
      fault("inputTokens", "is required with a model, or outputTokens, or both");
    }
    if (reserve === true && estimatedCost === undefined && model === undefined) {
      fault("estimatedCost", "is required to reserve, or model and tokens");
    }
    if (reserve === true) return;
    if (requestId !== undefined) fault("requestId", "has a meaning with reserve: true only");
    if (ttlSeconds !== undefined) fault("ttlSeconds", "has a meaning with reserve: true only");
  });

function isEstimate(value: number | string): boolean {
  if (typeof value === "string" && !/^\d{1,7}(\.\d{1,20})?$/.test(value)) return false;
  const amount = Number(value);
  return Number.isFinite(amount) && amount > 0 && amount <= maxEstimatedCost;
}

export const budgetVerdictSchema = z.object({
  decision: z.enum(["allow", "deny"]),
  advisory: z.boolean().meta({
    description: "True where nothing was reserved: other calls may take what was left before this one is recorded",
  }),
  estimatedCost: z.number().nullable(),
  currency: z.literal("USD"),
  budgets: z
    .array(
      z.object({
        budgetId: z.string(),
        ...identity,
        ...spendingSchema,
        exceeded: z.boolean().meta({ description: "The call does not fit; of a hard budget that denies it" }),
      }),
    )
    .meta({ description: "Every budget that the call counts in, as it stood before the call" }),
  deniedBy: z.array(z.string()).meta({ description: "Ids of the hard budgets that it does not fit in" }),
  reservation: z
    .object({
      reservationId: z.string().meta({ description: "Record the call with this requestId: that settles it" }),
      expiresAt: instantSchema,
    })
    .nullable()
    .meta({ description: "Null where nothing was reserved: not asked for, denied, or no hard budget to hold it" }),
});

export type BudgetScope = (typeof budgetScopes)[number];
export type BudgetMode = (typeof budgetModes)[number];
export type BudgetChannel = z.infer<typeof budgetChannelSchema>;
export type NewBudget = z.infer<typeof newBudgetSchema>;
export type BudgetPatch = z.infer<typeof budgetPatchSchema>;
export type Budget = z.infer<typeof budgetSchema>;
export type BudgetDetail = z.infer<typeof budgetDetailSchema>;
export type ChangedBudget = z.infer<typeof changedBudgetSchema>;
export type BudgetCheck = z.infer<typeof budgetCheckSchema>;
export type BudgetVerdict = z.infer<typeof budgetVerdictSchema>;
