import { z } from "zod";
import { pageQuerySchema } from "./access.js";
import { maxDeviceText } from "./app-events.js";
import { granularities } from "./metrics.js";
import { windowQuerySchema } from "./periods.js";
import { idSchema, isPrintable } from "./text.js";

/** More would be a query language. */
export const maxPropertyFilters = 5;
/** Longer texts are no values that people group by. */
export const maxPropertyFilterLength = 400;

const deviceFilter = z
  .string()
  .max(maxDeviceText, `must have at most ${maxDeviceText} characters`)
  .refine(isPrintable, "must have printable characters only");

const propertyFilter = z
  .string()
  .max(maxPropertyFilterLength, `must have at most ${maxPropertyFilterLength} characters`)
  .refine(isPrintable, "must have printable characters only")
  .regex(/^[^:]+:/, "must be key:value");

/** The window of a question about one app, in the project's own time zone unless another is named. */
export const insightWindowQuerySchema = windowQuerySchema.extend({
  tz: windowQuerySchema.shape.tz.meta({
    description: "IANA time zone in which days begin, e.g. Europe/Berlin. Default: the project's",
  }),
});

/** What a device says of itself: narrows sessions, and events. */
const deviceFilters = {
  platform: deviceFilter.optional().meta({ description: "Only of this platform; empty: of devices that name none" }),
  version: deviceFilter
    .optional()
    .meta({ description: "Only of this version of the app; empty: of those that name none" }),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, "must be a country's two capital letters, e.g. DE")
    .optional()
    .meta({ description: "Only of this country (ISO 3166-1), which a device's time zone tells" }),
};

/** What narrows events. */
const eventFilters = {
  type: idSchema.optional().meta({ description: "Only events of this type" }),
  name: idSchema.optional().meta({ description: "Only events of this name" }),
  property: z
    .union([propertyFilter, z.array(propertyFilter).max(maxPropertyFilters, `at most ${maxPropertyFilters} of them`)])
    .optional()
    .meta({ description: "Only events with this property, as key:value; may be repeated, all must hold" }),
};

/** The filters of every question; one that makes no sense for a question is refused by it. */
export const insightFilters = { ...deviceFilters, ...eventFilters };

export const overviewQuerySchema = insightWindowQuerySchema.extend(deviceFilters);

export const insightMetrics = [
  "events",
  "screen_views",
  "sessions",
  "active_users",
  "new_users",
  "average_session_seconds",
  "screens_per_session",
  "bounce_rate",
] as const;

export const insightSeriesQuerySchema = insightWindowQuerySchema.extend({
  metric: z.enum(insightMetrics),
  granularity: z.enum(granularities).optional().meta({ description: "Default: day" }),
  ...insightFilters,
});

const page = { cursor: pageQuerySchema.shape.cursor, limit: pageQuerySchema.shape.limit };

export const screensQuerySchema = insightWindowQuerySchema.extend({
  ...deviceFilters,
  property: eventFilters.property,
  ...page,
});

export const eventNamesQuerySchema = insightWindowQuerySchema.extend({ ...insightFilters, ...page });

export const eventPropertiesQuerySchema = insightWindowQuerySchema.extend({
  ...insightFilters,
  type: idSchema.meta({ description: "Of events of this type" }),
  name: idSchema.optional().meta({ description: "Of events of this name. Default: those without a name" }),
  key: z
    .string()
    .max(maxPropertyFilterLength)
    .refine(isPrintable, "must have printable characters only")
    .optional()
    .meta({ description: "Only this property" }),
  values: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: "How many of the most frequent values to show of each. Default: 10" }),
});

export const adoptionQuerySchema = insightWindowQuerySchema.extend({
  ...deviceFilters,
  granularity: z.enum(granularities).optional().meta({ description: "Default: day" }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(50)
    .optional()
    .meta({ description: "How many to show one by one; the others are added up. Default: 10" }),
});

export const exportFormats = ["csv", "ndjson"] as const;

export const exportQuerySchema = insightWindowQuerySchema.omit({ order: true }).extend({
  format: z.enum(exportFormats).optional().meta({ description: "Default: ndjson" }),
  ...insightFilters,
});

export type InsightWindowQuery = z.infer<typeof insightWindowQuerySchema>;
export type InsightMetric = (typeof insightMetrics)[number];
export type OverviewQuery = z.infer<typeof overviewQuerySchema>;
export type InsightSeriesQuery = z.infer<typeof insightSeriesQuerySchema>;
export type ScreensQuery = z.infer<typeof screensQuerySchema>;
export type EventNamesQuery = z.infer<typeof eventNamesQuerySchema>;
export type EventPropertiesQuery = z.infer<typeof eventPropertiesQuerySchema>;
export type AdoptionQuery = z.infer<typeof adoptionQuerySchema>;
export type ExportQuery = z.infer<typeof exportQuerySchema>;
export type ExportFormat = (typeof exportFormats)[number];
