import { z } from "zod";
import { countSchema, idSchema, instantSchema } from "./text.js";

export const maxUsageRecordsPerRequest = 1_000;
export const maxTagsPerRecord = 20;
/** No model takes a millionth of it; sums of millions of such calls still fit in 64 bits. */
export const maxTokensPerCall = 1_000_000_000_000;
export const serviceTiers = ["standard", "batch", "flex", "priority"] as const;

const tokens = countSchema.max(maxTokensPerCall, `must be at most ${maxTokensPerCall}`);

/** One LLM call. `inputTokens` includes cached tokens. */
export const usageRecordSchema = z.strictObject({
  userId: idSchema,
  projectId: idSchema.optional(),
  model: idSchema.meta({ examples: ["claude-3-sonnet-20240229"] }),
  inputTokens: tokens,
  outputTokens: tokens,
  requestId: idSchema
    .optional()
    .meta({ description: "Makes the call repeatable, for ever; the server makes one if it is absent" }),
  provider: idSchema.optional(),
  timestamp: instantSchema.optional().meta({ description: "Default: the server's time" }),
  feature: idSchema.optional(),
  tags: z.array(idSchema).max(maxTagsPerRecord).optional(),
  status: idSchema.optional().meta({ examples: ["ok", "error"] }),
  durationMs: countSchema.max(2_147_483_647).optional(),
});

/** What a call cost, in `currency`; null where no price is known (`priced: false`), never a made-up zero. */
export const callCostSchema = z.object({
  inputCost: z.number().nullable(),
  outputCost: z.number().nullable(),
  totalCost: z.number().nullable(),
  currency: z.literal("USD"),
  priced: z.boolean(),
});

export const usageReplySchema = z.object({
  success: z.literal(true),
  requestId: z.string(),
  duplicate: z.boolean(),
  cost: callCostSchema,
});

export const usageBatchReplySchema = z.object({
  success: z.boolean(),
  results: z.array(
    z.union([
      usageReplySchema,
      z.object({
        success: z.literal(false),
        index: z.number().int(),
        requestId: z.string().nullable(),
        code: z.string(),
        message: z.string(),
      }),
    ]),
  ),
});

export const usageStatsSchema = z.object({
  totalRequests: z.number().int(),
  totalInputTokens: z.number().int(),
  totalOutputTokens: z.number().int(),
  totalTokens: z.number().int(),
  uniqueProjects: z.number().int(),
  byModel: z.record(
    z.string(),
    z.object({ requests: z.number().int(), inputTokens: z.number().int(), outputTokens: z.number().int() }),
  ),
  byDay: z.array(z.object({ date: z.iso.date(), requests: z.number().int(), tokens: z.number().int() })),
});

/** The same for a project: who used it instead of where. */
export const projectUsageStatsSchema = usageStatsSchema
  .omit({ uniqueProjects: true })
  .extend({ uniqueUsers: z.number().int() });

export const costBreakdownSchema = z.object({
  totalCost: z.number(),
  inputCost: z.number(),
  outputCost: z.number(),
  byModel: z.record(z.string(), z.object({ inputCost: z.number(), outputCost: z.number(), totalCost: z.number() })),
  byDay: z.array(z.object({ date: z.iso.date(), cost: z.number(), tokens: z.number().int() })),
  projectedMonthly: z.number(),
  unpricedRequests: z.number().int().meta({ description: "Calls of models without a price: not in any cost above" }),
  currency: z.literal("USD"),
});

export type UsageRecordInput = z.infer<typeof usageRecordSchema>;
export type CallCost = z.infer<typeof callCostSchema>;
export type UsageReply = z.infer<typeof usageReplySchema>;
export type UsageBatchReply = z.infer<typeof usageBatchReplySchema>;
export type UsageStats = z.infer<typeof usageStatsSchema>;
export type ProjectUsageStats = z.infer<typeof projectUsageStatsSchema>;
export type CostBreakdown = z.infer<typeof costBreakdownSchema>;
