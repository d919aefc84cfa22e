import { z } from "zod";
import { insightWindowQuerySchema } from "./insight-query.js";
import { insightHeader } from "./insights.js";

const count = z.number().int().min(0);

export const retentionGranularities = ["day", "week", "month"] as const;
export const retentionModes = ["exact", "unbounded"] as const;

/** Cohorts of one answer at most: a quarter of a year of days. */
export const maxCohorts = 93;

export const retentionQuerySchema = insightWindowQuerySchema.extend({
  granularity: z
    .enum(retentionGranularities)
    .optional()
    .meta({ description: `Length of an interval: a cohort's and a column's. At most ${maxCohorts}. Default: week` }),
  mode: z.enum(retentionModes).optional().meta({
    description: "exact (default): active in just that interval; unbounded: active in that interval or a later one",
  }),
});

const cell = z.object({
  actors: count,
  rate: z.number().nullable().meta({ description: "Percent of the cohort; null for an empty one" }),
  incomplete: z.literal(true).optional().meta({ description: "This interval is not over: its number can still grow" }),
});

/** Of those who came for the first time ever in an interval, how many came in it and in each that followed. */
export const retentionSchema = z.object({
  ...insightHeader,
  granularity: z.enum(retentionGranularities),
  mode: z.enum(retentionModes),
  cohorts: z
    .array(
      z.object({
        date: z.iso.date().meta({ description: "First day of the interval of the first visit" }),
        size: count,
        incomplete: z.literal(true).optional().meta({ description: "The cohort can still grow" }),
        cells: z
          .array(cell)
          .meta({ description: "The n-th, from 0, is n intervals after the first visit; 0 is everyone" }),
      }),
    )
    .meta({ description: "Newest first unless order=asc" }),
  average: z
    .array(z.object({ offset: count, rate: z.number().nullable(), actors: count, size: count }))
    .meta({ description: "Of each offset: over the cohorts for which that interval is over, weighted by their sizes" }),
});

export type RetentionGranularity = (typeof retentionGranularities)[number];
export type RetentionMode = (typeof retentionModes)[number];
export type RetentionQuery = z.infer<typeof retentionQuerySchema>;
export type Retention = z.infer<typeof retentionSchema>;
