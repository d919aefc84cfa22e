import { z } from "zod";
import { insightFilters, insightWindowQuerySchema, maxPropertyFilters } from "./insight-query.js";
import { insightHeader } from "./insights.js";
import { idSchema, isPrintable } from "./text.js";

const count = z.number().int().min(0);

export const minFunnelSteps = 2;
export const maxFunnelSteps = 8;
/** Ninety days. */
export const maxFunnelWindowSeconds = 90 * 24 * 3_600;
export const defaultFunnelWindowSeconds = 7 * 24 * 3_600;
/** Values of a breakdown that are shown one by one. */
export const maxBreakdownValues = 20;

export const funnelOperators = ["is", "is_not", "contains", "gt", "gte", "lt", "lte", "exists", "not_exists"] as const;
export const funnelBreakdowns = ["platform", "version", "country"] as const;
export const funnelUnits = ["actors", "sessions"] as const;

const printable = z.string().max(200).refine(isPrintable, "must have printable characters only");

export const funnelPropertySchema = z
  .strictObject({
    key: printable.min(1, "must not be empty").meta({ description: "Of the property, at the top level" }),
    operator: z.enum(funnelOperators).optional().meta({
      description:
        "Default: is. gt, gte, lt, lte compare numbers; contains looks into texts; is_not holds without the property, too",
    }),
    value: z.union([printable, z.number(), z.boolean(), z.null()]).optional(),
  })
  .refine(({ operator = "is", value }) => operator.endsWith("exists") === (value === undefined), {
    path: ["value"],
    error: "belongs to every operator but exists and not_exists",
  })
  .refine(({ operator = "is", value }) => !/^[gl]te?$/.test(operator) || typeof value === "number", {
    path: ["value"],
    error: "must be a number for this operator",
  })
  .refine(({ operator = "is", value }) => operator !== "contains" || typeof value === "string", {
    path: ["value"],
    error: "must be a text for this operator",
  });

export const funnelStepSchema = z.strictObject({
  type: idSchema.meta({ description: "Of the event" }),
  name: idSchema.optional().meta({ description: "Of the event. Default: any" }),
  properties: z
    .array(funnelPropertySchema)
    .max(maxPropertyFilters, `must have at most ${maxPropertyFilters} entries`)
    .optional()
    .meta({ description: "All of them must hold" }),
});

const { period, from, to, tz } = insightWindowQuerySchema.shape;

/** What a funnel asks: who did these things in this order? */
export const funnelSchema = z.strictObject({
  steps: z
    .array(funnelStepSchema)
    .min(minFunnelSteps, `must have at least ${minFunnelSteps} entries`)
    .max(maxFunnelSteps, `must have at most ${maxFunnelSteps} entries`),
  windowSeconds: z
    .int()
    .min(1)
    .max(maxFunnelWindowSeconds)
    .optional()
    .meta({ description: "From the first step to the last, at most. Default: a week" }),
  unit: z
    .enum(funnelUnits)
    .optional()
    .meta({ description: "actors (default): users and installs; sessions: all steps in one session" }),
  breakdown: z.enum(funnelBreakdowns).optional().meta({ description: "Of the event that was the first step" }),
  platform: insightFilters.platform,
  version: insightFilters.version,
  country: insightFilters.country,
  period,
  from,
  to,
  tz,
});

const seconds = z.number().min(0).nullable();

export const funnelStepResultSchema = z.object({
  count: count.meta({ description: "Actors or sessions that got at least this far" }),
  conversion: z.number().nullable().meta({ description: "Percent of the first step; null where nobody began" }),
  stepConversion: z.number().nullable().meta({ description: "Percent of the step before" }),
  medianSeconds: seconds.meta({ description: "From the step before, of those who got here; null for the first step" }),
});

export const funnelResultSchema = z.object({
  ...insightHeader,
  unit: z.enum(funnelUnits),
  windowSeconds: z.number().int(),
  incomplete: z.boolean().meta({ description: "Some who began late in the period still have time to get further" }),
  archivedEvents: count.meta({
    description: "Events of these days that are in the archive alone, of whatever name: their steps are not counted",
  }),
  steps: z.array(z.object({ type: z.string(), name: z.string().nullable(), ...funnelStepResultSchema.shape })),
  medianSeconds: seconds.meta({ description: "From the first step to the last" }),
  breakdown: z
    .object({
      by: z.enum(funnelBreakdowns),
      items: z.array(
        z.object({
          value: z.string().nullable().meta({ description: "Null: not said" }),
          steps: z.array(funnelStepResultSchema),
        }),
      ),
      otherValues: count.meta({ description: "How many more values there are; the largest are shown" }),
    })
    .nullable(),
});

export type FunnelOperator = (typeof funnelOperators)[number];
export type FunnelBreakdown = (typeof funnelBreakdowns)[number];
export type FunnelUnit = (typeof funnelUnits)[number];
export type FunnelProperty = z.infer<typeof funnelPropertySchema>;
export type FunnelStep = z.infer<typeof funnelStepSchema>;
export type Funnel = z.infer<typeof funnelSchema>;
export type FunnelStepResult = z.infer<typeof funnelStepResultSchema>;
export type FunnelResult = z.infer<typeof funnelResultSchema>;
