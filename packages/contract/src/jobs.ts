import { z } from "zod";
import { instantSchema } from "./text.js";

export const jobNames = ["hourly", "daily", "weekly"] as const;
export const jobRunStatuses = ["running", "done", "failed", "abandoned", "stopped"] as const;

const stepSchema = z.object({
  step: z.string(),
  ms: z.number(),
  did: z.record(z.string(), z.json()).optional().meta({ description: "Numbers and words of the step's own" }),
  error: z.string().optional(),
});

export const jobRunSchema = z.object({
  job: z.enum(jobNames),
  windowStart: instantSchema,
  windowEnd: instantSchema,
  attempt: z.number().int().meta({ description: "From 1" }),
  status: z.enum(jobRunStatuses),
  runner: z.string().meta({ description: "Host and process" }),
  byHand: z.boolean(),
  startedAt: instantSchema,
  finishedAt: instantSchema.nullable(),
  durationMs: z.number().int().nullable(),
  steps: z.array(stepSchema),
  error: z.string().nullable(),
});

export const jobOverviewSchema = z.object({
  enabled: z.boolean().meta({ description: "Whether the replica that answers runs jobs: ENABLE_CRON" }),
  jobs: z.array(
    z.object({
      name: z.enum(jobNames),
      cron: z.string().meta({ description: "In UTC" }),
      catchUpWindows: z.number().int(),
      nextAt: instantSchema,
      lastRun: jobRunSchema.nullable(),
    }),
  ),
});

export type JobRun = z.infer<typeof jobRunSchema>;
export type JobOverview = z.infer<typeof jobOverviewSchema>;
