import { z } from "zod";
import { instantSchema } from "./text.js";

export const metrics = [
  "tokens",
  "input_tokens",
  "output_tokens",
  "requests",
  "cost",
  "cost_per_generation",
  "cost_per_build",
  "wasted_cost",
  "generations",
  "generation_failures",
  "builds",
  "build_failures",
  "projects",
  "users",
  "logins",
  "app_events",
  "app_sessions",
  "active_users",
] as const;

export const granularities = ["hour", "day", "week", "month"] as const;

const change = z.number().nullable().meta({ description: "Percent against the 24 h before; null from zero" });

export const dashboardSchema = z.object({
  overview: z.object({
    totalProjects: z.number().int(),
    totalGenerations: z.number().int(),
    totalBuilds: z.number().int(),
    totalTokensUsed: z.number().int(),
    totalCost: z.number(),
    generationFailures: z.number().int(),
    buildFailures: z.number().int(),
    generationSuccessRate: z
      .number()
      .nullable()
      .meta({ description: "Percent of the ended generations; null before the first" }),
    buildSuccessRate: z.number().nullable(),
  }),
  recentActivity: z.object({
    generationsLast24h: z.number().int(),
    buildsLast24h: z.number().int(),
    tokensLast24h: z.number().int(),
  }),
  trends: z.object({ generationsChange: change, buildsChange: change, tokensChange: change }),
  topProjects: z.array(
    z.object({ id: z.string(), name: z.string(), generations: z.number().int(), tokens: z.number().int() }),
  ),
  generatedAt: instantSchema,
});

export const timeSeriesSchema = z.object({
  metric: z.enum(metrics),
  period: z.string(),
  granularity: z.enum(granularities),
  timezone: z.string(),
  from: instantSchema,
  to: instantSchema,
  data: z.array(
    z.object({
      timestamp: instantSchema,
      value: z
        .number()
        .nullable()
        .meta({ description: "Null where there is nothing to divide by: no generation or build was completed" }),
      partial: z.literal(true).optional().meta({ description: "The bucket is still open" }),
    }),
  ),
});

export type Metric = (typeof metrics)[number];
export type Granularity = (typeof granularities)[number];
export type Dashboard = z.infer<typeof dashboardSchema>;
export type TimeSeries = z.infer<typeof timeSeriesSchema>;
