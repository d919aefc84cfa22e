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
  .meta({
    description: "day, week, month, quarter, year: to date; 24h, 7d, 12w, 6m: rolling, the open unit included; all",
    examples: ["month", "24h", "30d", "all"],
  });

/** The window of a question: `period`, or `from` and `to` instead of it, seen in the time zone `tz`. */
export const windowQuerySchema = z.strictObject({
  period: periodSchema.optional(),
  from: instantSchema.optional().meta({ description: "Instead of period: ISO 8601 time with a zone. Default: 2020" }),
  to: instantSchema.optional().meta({ description: "Instead of period: ISO 8601 time with a zone. Default: now" }),
  tz: timeZoneSchema
    .optional()
    .meta({ description: "IANA time zone in which days begin, e.g. Europe/Berlin. Default: UTC" }),
  order: z
    .enum(["asc", "desc"])
    .optional()
    .meta({ description: "Lists by time: newest first (desc) unless asc is asked for" }),
});

export const timeSeriesQuerySchema = windowQuerySchema.extend({
  metric: z.enum(metrics),
  granularity: z.enum(granularities).optional().meta({ description: "Default: day" }),
  userId: idSchema.optional().meta({ description: "Only of this user, where the metric knows users" }),
  projectId: idSchema.optional().meta({ description: "Only of this project, where the metric knows projects" }),
  model: idSchema.optional().meta({ description: "Only of this model, for tokens, requests and cost" }),
});

export type CalendarPeriod = (typeof calendarPeriods)[number];
export type WindowQuery = z.infer<typeof windowQuerySchema>;
export type TimeSeriesQuery = z.infer<typeof timeSeriesQuerySchema>;
