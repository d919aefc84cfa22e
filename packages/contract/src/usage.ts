import { z } from "zod";
import { countSchema, idSchema, instantSchema } from "./text.js";

export const maxUsageRecordsPerRequest = 1_000;
export const maxTagsPerRecord = 20;
/** No model takes a millionth of it; sums of millions of such calls still fit in 64 bits. */
export const maxTokensPerCall = 1_000_000_000_000;
export const serviceTiers = ["standard", "batch", "flex", "priority"] as const;

const tokens = countSchema.max(maxTokensPerCall, `must be at most ${maxTokensPerCall}`);

const usageFields = z.strictObject({
  userId: idSchema,
  projectId: idSchema.optional(),
  model: idSchema.meta({ examples: ["claude-3-sonnet-20240229"] }),
  inputTokens: tokens.meta({
    description:
      "Cached tokens included, as OpenAI and Gemini count; see inputTokensExcludeCache for Anthropic's count",
  }),
  outputTokens: tokens.meta({ description: "Reasoning tokens included" }),
  cacheReadTokens: tokens.optional().meta({ description: "Of the input tokens, those read from a prompt cache" }),
  cacheWriteTokens: tokens.optional().meta({ description: "Of the input tokens, those written to a prompt cache" }),
  cacheWrite1hTokens: tokens
    .optional()
    .meta({ description: "Of the tokens written to a cache, those kept for an hour; the others are kept for minutes" }),
  reasoningTokens: tokens.optional().meta({ description: "Of the output tokens, those that nobody got to read" }),
  inputTokensExcludeCache: z.boolean().optional().meta({
    description: "True: inputTokens is Anthropic's input_tokens, and the cache tokens are added to it",
  }),
  serviceTier: z.enum(serviceTiers).optional().meta({ description: "Default: standard" }),
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

/** One LLM call. A part of its tokens is never larger than the whole that it is a part of. */
export const usageRecordSchema = usageFields.superRefine((record, context) => {
  for (const { path, message } of partFaults(record)) context.addIssue({ code: "custom", path: [path], message });
});

function partFaults(record: z.infer<typeof usageFields>): { path: keyof typeof record; message: string }[] {
  const { inputTokens, outputTokens, cacheReadTokens = 0, cacheWriteTokens = 0 } = record;
  const faults: { path: keyof typeof record; message: string }[] = [];
  if (record.inputTokensExcludeCache !== true) {
    const hint = "(inputTokens includes cached tokens; for Anthropic's count set inputTokensExcludeCache)";
    if (cacheReadTokens > inputTokens) {
      faults.push({ path: "cacheReadTokens", message: `must not exceed inputTokens ${hint}` });
    } else if (cacheReadTokens + cacheWriteTokens > inputTokens) {
      const message =
        cacheReadTokens === 0
          ? `must not exceed inputTokens ${hint}`
          : `and cacheReadTokens together must not exceed inputTokens ${hint}`;
      faults.push({ path: "cacheWriteTokens", message });
    }
  }
  if ((record.cacheWrite1hTokens ?? 0) > cacheWriteTokens) {
    faults.push({ path: "cacheWrite1hTokens", message: "must not exceed cacheWriteTokens, which includes it" });
  }
  if ((record.reasoningTokens ?? 0) > outputTokens) {
    faults.push({ path: "reasoningTokens", message: "must not exceed outputTokens, which includes it" });
  }
  return faults;
}

/** What a call cost, in `currency`; null where no price is known (`priced: false`), never a made-up zero. */
export const callCostSchema = z.object({
  inputCost: z.number().nullable().meta({ description: "Of all input tokens, cached ones included" }),
  outputCost: z.number().nullable(),
  cacheCost: z.number().nullable().meta({ description: "Of inputCost, what cache reads and writes cost" }),
  totalCost: z.number().nullable(),
  currency: z.literal("USD"),
  priced: z.boolean(),
  estimated: z.boolean().meta({
    description: "A part was charged by a price that stands in for its own, which is not known; the receipt says which",
  }),
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

export const projectionMethods = ["weekday-mean", "run-rate", "none"] as const;

/** `low` and `high`: the month ends between them in four cases of five; null while there are too few days to tell. */
export const projectionSchema = z.object({
  low: z.number().nullable(),
  high: z.number().nullable(),
  method: z.enum(projectionMethods),
});

export const costBreakdownSchema = z.object({
  totalCost: z.number(),
  inputCost: z.number(),
  outputCost: z.number(),
  cacheCost: z.number().meta({ description: "Of inputCost, what cache reads and writes cost" }),
  byModel: z.record(z.string(), z.object({ inputCost: z.number(), outputCost: z.number(), totalCost: z.number() })),
  byDay: z.array(z.object({ date: z.iso.date(), cost: z.number(), tokens: z.number().int() })),
  projectedMonthly: z.number(),
  projection: projectionSchema.meta({ description: "How projectedMonthly came about, and how far off it may be" }),
  unpricedRequests: z.number().int().meta({ description: "Calls of models without a price: not in any cost above" }),
  currency: z.literal("USD"),
});

export type UsageRecordInput = z.infer<typeof usageRecordSchema>;
export type CallCost = z.infer<typeof callCostSchema>;
export type UsageReply = z.infer<typeof usageReplySchema>;
export type UsageBatchReply = z.infer<typeof usageBatchReplySchema>;
export type UsageStats = z.infer<typeof usageStatsSchema>;
export type ProjectUsageStats = z.infer<typeof projectUsageStatsSchema>;
export type Projection = z.infer<typeof projectionSchema>;
export type CostBreakdown = z.infer<typeof costBreakdownSchema>;
