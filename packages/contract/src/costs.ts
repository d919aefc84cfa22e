import { z } from "zod";
import { pageQuerySchema } from "./access.js";
import { windowQuerySchema } from "./periods.js";
import { idSchema, instantSchema } from "./text.js";
import { callCostSchema, serviceTiers } from "./usage.js";

export const costGroupings = ["user", "project", "model", "provider", "feature", "tag", "day"] as const;

export const costQuerySchema = windowQuerySchema.extend({
  groupBy: z.enum(costGroupings).optional().meta({
    description: "A page of groups, the dearest first (days: by time). Default: the whole platform's breakdown",
  }),
  userId: idSchema.optional().meta({ description: "Filters, with groupBy: all that are given must hold" }),
  projectId: idSchema.optional(),
  model: idSchema.optional(),
  provider: idSchema.optional(),
  feature: idSchema.optional(),
  tag: idSchema.optional(),
  cursor: pageQuerySchema.shape.cursor,
  limit: pageQuerySchema.shape.limit,
});

const sums = {
  totalCost: z.number(),
  inputCost: z.number().meta({ description: "Of all input tokens, cached ones included" }),
  outputCost: z.number(),
  cacheCost: z.number().meta({ description: "Of inputCost, what cache reads and writes cost" }),
  failedCost: z.number().meta({ description: "Of totalCost, what calls cost that failed" }),
  requests: z.number().int(),
  unpricedRequests: z.number().int().meta({ description: "Without a price: in no cost" }),
  failedRequests: z.number().int(),
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  cacheReadTokens: z.number().int(),
  cacheWriteTokens: z.number().int(),
  reasoningTokens: z.number().int(),
};

export const costGroupSchema = z.object({
  key: z.string().nullable().meta({ description: "Null: the calls that name none" }),
  ...sums,
});

export const costGroupsSchema = z.object({
  groupBy: z.enum(costGroupings),
  period: z.string(),
  timezone: z.string(),
  from: instantSchema,
  to: instantSchema,
  currency: z.literal("USD"),
  ...sums,
  items: z.array(costGroupSchema),
  nextCursor: z.string().nullable(),
});

/** What one call was charged, part by part. */
export const usageReceiptSchema = z.object({
  requestId: z.string(),
  timestamp: instantSchema,
  receivedAt: instantSchema,
  userId: z.string(),
  projectId: z.string().nullable(),
  model: z.string(),
  provider: z.string().nullable().meta({ description: "As it was sent" }),
  serviceTier: z.enum(serviceTiers),
  feature: z.string().nullable(),
  tags: z.array(z.string()),
  status: z.string().nullable(),
  durationMs: z.number().int().nullable(),
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  cacheReadTokens: z.number().int(),
  cacheWriteTokens: z.number().int(),
  cacheWrite1hTokens: z.number().int(),
  reasoningTokens: z.number().int(),
  cost: callCostSchema,
  price: z
    .object({
      id: z.number().int(),
      provider: z.string().nullable(),
      model: z.string(),
      serviceTier: z.enum(serviceTiers),
      source: z.string(),
      validFrom: instantSchema.nullable(),
      validTo: instantSchema.nullable(),
      aboveInputTokens: z.number().int().nullable().meta({ description: "Of the long-context step that applied" }),
    })
    .nullable(),
  parts: z.array(
    z.object({
      part: z.enum(["input", "cacheRead", "cacheWrite", "cacheWrite1h", "output"]),
      tokens: z.number().int(),
      perMillion: z.number(),
      cost: z.number(),
      estimated: z.boolean().meta({ description: "Another price stands in for the part's own, which is not known" }),
    }),
  ),
  estimates: z
    .array(z.enum(["provider", "service_tier", "cache"]))
    .meta({ description: "In what the price is not the call's own" }),
});

/** A record that came under the id of another one. It was refused. */
export const usageConflictSchema = z.object({
  id: z.number().int(),
  requestId: z.string(),
  firstAt: instantSchema,
  lastAt: instantSchema,
  count: z.number().int(),
  sentBy: z.string(),
  content: z.record(z.string(), z.json()).meta({ description: "As it was sent" }),
});

export const recostSchema = z.strictObject({
  from: instantSchema.optional().meta({ description: "Calls from this time on. Default: all" }),
  to: instantSchema.optional(),
  model: idSchema.optional(),
  dryRun: z.boolean().optional().meta({ description: "Only tell the difference. Default: true" }),
  cursor: z.string().min(1).max(1_000).optional().meta({ description: "The nextCursor of a reply, to go on" }),
});

const change = {
  records: z.number().int().meta({ description: "Whose cost changes" }),
  before: z.number(),
  after: z.number(),
  difference: z.number(),
};

export const recostReplySchema = z.object({
  dryRun: z.boolean(),
  scanned: z.number().int(),
  archived: z.number().int().meta({ description: "Calls of those days that are archived: they keep their cost" }),
  newlyPriced: z.number().int(),
  ...change,
  byModelAndDay: z.array(z.object({ model: z.string(), date: z.iso.date(), ...change })),
  truncated: z
    .boolean()
    .meta({ description: "There are more models and days than are shown; the totals have them all" }),
  currency: z.literal("USD"),
  nextCursor: z
    .string()
    .nullable()
    .meta({ description: "Not null: the time of one request was over; send it to go on" }),
});

export type CostGrouping = (typeof costGroupings)[number];
export type CostQuery = z.infer<typeof costQuerySchema>;
export type CostGroup = z.infer<typeof costGroupSchema>;
export type CostGroups = z.infer<typeof costGroupsSchema>;
export type UsageReceipt = z.infer<typeof usageReceiptSchema>;
export type UsageConflict = z.infer<typeof usageConflictSchema>;
export type RecostInput = z.infer<typeof recostSchema>;
export type RecostReply = z.infer<typeof recostReplySchema>;
