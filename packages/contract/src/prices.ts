import { z } from "zod";
import { pageQuerySchema } from "./access.js";
import { idSchema, instantSchema } from "./text.js";
import { serviceTiers } from "./usage.js";

/** Twelve decimals of a dollar a million tokens: more than any vendor prints. */
export const maxPriceDecimals = 12;
/** A dollar a token: a slip of the unit is refused before it reaches a bill. */
export const maxPricePerMillion = 1_000_000;
export const maxLongContextSteps = 8;

const decimal = /^\d{1,7}(\.\d{1,12})?$/;

const priceSchema = z
  .union([z.number(), z.string()], {
    error: ({ input }) =>
      input === undefined ? "is required" : 'must be a number, or a decimal as text such as "0.25"',
  })
  .refine(isPrice, `must be a decimal from 0 to ${maxPricePerMillion} with at most ${maxPriceDecimals} decimals`)
  .meta({ description: "US dollars a million tokens", examples: [3, "0.25"] });

function isPrice(value: number | string): boolean {
  const text = typeof value === "number" ? plainDigits(value) : value;
  return decimal.test(text) && Number(text) <= maxPricePerMillion;
}

// A small number prints with an exponent: 2.5e-7.
function plainDigits(value: number): string {
  const text = String(value);
  return value > 0 && value < 1e-6 && text.includes("e-") ? value.toFixed(maxPriceDecimals) : text;
}

const prices = {
  inputPerMillion: priceSchema,
  outputPerMillion: priceSchema,
  cacheReadPerMillion: priceSchema.optional(),
  cacheWritePerMillion: priceSchema.optional(),
  cacheWrite1hPerMillion: priceSchema.optional(),
};

const longContextStepSchema = z.strictObject({
  aboveInputTokens: z
    .int()
    .min(1)
    .meta({ description: "Calls with more input tokens than this are priced by the step" }),
  ...prices,
});

const instant = instantSchema.nullable().optional();

/** A price that an operator sets. It wins over every other while it holds. */
export const newPriceSchema = z
  .strictObject({
    model: idSchema,
    provider: idSchema.optional().meta({ description: "Whose price it is. Default: it holds for every provider" }),
    serviceTier: z.enum(serviceTiers).optional().meta({ description: "Default: standard" }),
    currency: z
      .string()
      .refine((code) => code === "USD", "must be USD: every amount here is in US dollars, so convert the price first")
      .optional()
      .meta({ enum: ["USD"], description: "Default: USD, and there is no other" }),
    ...prices,
    longContext: z
      .array(longContextStepSchema)
      .max(maxLongContextSteps)
      .refine(ascends, "must ascend by aboveInputTokens")
      .optional()
      .meta({ description: "Above so many input tokens, the prices of the whole call" }),
    free: z.literal(true).optional().meta({ description: "Needed for any price of 0, which is more often a slip" }),
    validFrom: instant.meta({
      description: "Default: now; for a model that has no price, and with null: the beginning of time",
    }),
    validTo: instant.meta({ description: "Until before this time. Default, and null: for ever" }),
  })
  .superRefine((price, context) => {
    const { validFrom, validTo, longContext = [] } = price;
    if (typeof validFrom === "string" && typeof validTo === "string" && Date.parse(validFrom) >= Date.parse(validTo)) {
      context.addIssue({ code: "custom", path: ["validTo"], message: "must be later than validFrom" });
    }
    if (price.free === true) return;
    for (const [n, step] of [price, ...longContext].entries()) {
      const path = n === 0 ? [] : ["longContext", n - 1];
      for (const name of Object.keys(prices) as (keyof typeof prices)[]) {
        if (step[name] === undefined || Number(step[name]) !== 0) continue;
        context.addIssue({ code: "custom", path: [...path, name], message: "is 0: say free: true if that is meant" });
      }
    }
  });

function ascends(steps: readonly { aboveInputTokens: number }[]): boolean {
  return steps.every((step, n) => n === 0 || step.aboveInputTokens > (steps[n - 1]?.aboveInputTokens ?? 0));
}

const perMillion = z.number().meta({ description: "US dollars a million tokens" });
const shownPrices = {
  inputPerMillion: perMillion,
  outputPerMillion: perMillion,
  cacheReadPerMillion: perMillion.nullable(),
  cacheWritePerMillion: perMillion.nullable(),
  cacheWrite1hPerMillion: perMillion.nullable(),
};

export const priceRowSchema = z.object({
  id: z.number().int(),
  provider: z.string().nullable().meta({ description: "Null: holds for every provider" }),
  model: z.string(),
  serviceTier: z.enum(serviceTiers),
  ...shownPrices,
  longContext: z.array(z.object({ aboveInputTokens: z.number().int(), ...shownPrices })),
  currency: z.literal("USD"),
  validFrom: instantSchema.nullable().meta({ description: "Null: since the beginning of time" }),
  validTo: instantSchema.nullable().meta({ description: "Null: for ever" }),
  source: z.string().meta({
    description: "Whose word it is, the strongest first",
    examples: ["operator", "brief", "genai-prices@0.1.8"],
  }),
  createdAt: instantSchema,
});

export const priceQuerySchema = pageQuerySchema.extend({
  model: idSchema.optional(),
  provider: idSchema.optional(),
  at: instantSchema.optional().meta({ description: "Only prices that hold at this time" }),
});

/** A model whose calls have no price. */
export const unpricedModelSchema = z.object({
  model: z.string(),
  providers: z.array(z.string()).meta({ description: "As the calls name them; at most ten" }),
  requests: z.number().int(),
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  firstSeen: instantSchema,
  lastSeen: instantSchema,
});

export type NewPriceInput = z.infer<typeof newPriceSchema>;
export type PriceRow = z.infer<typeof priceRowSchema>;
export type PriceQuery = z.infer<typeof priceQuerySchema>;
export type UnpricedModel = z.infer<typeof unpricedModelSchema>;
