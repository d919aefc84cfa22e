import { z } from "zod";
import { granularities, metrics } from "./metrics.js";
import { idSchema, instantSchema, timeZoneSchema } from "./text.js";

export const calendarPeriods = ["day", "week", "month", "quarter", "year"] as const;

/** `day`, `month`, … to date; `24h`, `7d`, `12w`, `6m` rolling; `all`. Bounds: 1–9999 units, checked where it is resolved. */
export const periodSchema = z
  .string()
  .regex(
    new RegExp(`^(${calendarPeriods.join("|")}|all|[1-9][0-9]{0,3}[hdwm])$`),
    "must be day, week, month, quarter, year, all, or a rolling span such as 24h, 7d, 12w, 6m",
  )
  .meta({ examples: ["month", "24h", "30d", "all"] });

/** The window of a question: `period`, or `from` and `to` instead of it, seen in the time zone `tz`. */
export const windowQuerySchema = z.strictObject({
  period: periodSchema.optional(),
  from: instantSchema.optional(),
  to: instantSchema.optional(),
  tz: timeZoneSchema.optional(),
  order: z
    .enum(["asc", "desc"])
    .optional()
    .meta({ description: "Lists by time: newest first (desc) unless asc is asked for" }),
});

export const timeSeriesQuerySchema = windowQuerySchema.extend({
  metric: z.enum(metrics),
  granularity: z.enum(granularities).optional().meta({ description: "Default: day" }),
  userId: idSchema.optional(),
  projectId: idSchema.optional(),
  model: idSchema.optional(),
});

export type WindowQuery = z.infer<typeof windowQuerySchema>;
export type TimeSeriesQuery = z.infer<typeof timeSeriesQuerySchema>;
