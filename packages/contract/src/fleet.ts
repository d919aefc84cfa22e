import { z } from "zod";
import { pageQuerySchema } from "./access.js";
import { windowQuerySchema } from "./periods.js";
import { idSchema, instantSchema } from "./text.js";

export const fleetSorts = [
  "events",
  "sessions",
  "activeUsers",
  "retainedUsers",
  "generations",
  "builds",
  "failures",
  "failureRate",
  "cost",
  "costPerActiveUser",
  "costPerRetainedUser",
  "name",
] as const;

/** What can stand out in an app: that it cost much more or less than the others, that more of its generations and builds failed. */
export const fleetFlags = ["cost", "failureRate"] as const;

export const fleetQuerySchema = windowQuerySchema.extend({
  order: z
    .enum(["asc", "desc"])
    .optional()
    .meta({ description: "Of the sorted values. Default: desc, of names asc; apps without a value come last" }),
  sort: z.enum(fleetSorts).optional().meta({ description: "Default: events" }),
  search: idSchema.optional().meta({ description: "Only apps whose name or id holds this text, in any case" }),
  flag: z.enum(fleetFlags).optional().meta({ description: "Only apps that stand out by this" }),
  cursor: pageQuerySchema.shape.cursor,
  limit: pageQuerySchema.shape.limit,
});

const numbers = {
  events: z.number().int(),
  sessions: z.number().int().meta({ description: "That began in the period" }),
  activeUsers: z.number().int().meta({ description: "Different actors that did something in the period" }),
  retainedUsers: z
    .number()
    .int()
    .meta({ description: "Of the active ones, those that were active in the period before too" }),
  generations: z.number().int(),
  generationFailures: z.number().int(),
  builds: z.number().int(),
  buildFailures: z.number().int(),
  failures: z.number().int().meta({ description: "Of generations and builds" }),
  failureRate: z
    .number()
    .nullable()
    .meta({ description: "Percent of the generations and builds that ended; null where none did" }),
  requests: z.number().int().meta({ description: "LLM calls made for it" }),
  tokens: z.number().int(),
  cost: z.number().meta({ description: "What these calls cost" }),
  costPerActiveUser: z.number().nullable().meta({ description: "Null without active users" }),
  costPerRetainedUser: z.number().nullable().meta({ description: "Null without retained users" }),
};

const beforeSchema = z
  .object({ events: numbers.events, sessions: numbers.sessions, activeUsers: numbers.activeUsers, cost: numbers.cost })
  .meta({ description: "The same of the period before, which is as long" });

export const fleetFlagSchema = z.object({
  metric: z.enum(fleetFlags),
  direction: z.enum(["high", "low"]),
  score: z.number().meta({ description: "How many standard deviations from the others, to one decimal" }),
});

export const fleetProjectSchema = z.object({
  id: z.string(),
  name: z.string(),
  ownerId: z.string().nullable(),
  createdAt: instantSchema,
  ...numbers,
  before: beforeSchema,
  flags: z.array(fleetFlagSchema),
  sparkline: z
    .object({ events: z.array(z.number().int()), cost: z.array(z.number()) })
    .meta({ description: "A value for each of sparklineDays" }),
});

export const fleetLeaderSchema = z.object({
  metric: z.enum(fleetSorts),
  id: z.string(),
  name: z.string(),
  value: z.number(),
});

/** All apps side by side. Registered ones that are not deleted. */
export const fleetSchema = z.object({
  period: z.string(),
  timezone: z.string(),
  from: instantSchema,
  to: instantSchema,
  beforeFrom: instantSchema.meta({ description: "Where the period before begins; it ends at from" }),
  currency: z.literal("USD"),
  generatedAt: instantSchema.meta({ description: "When the numbers were counted: at most five minutes ago" }),
  totals: z
    .object({ projects: z.number().int(), ...numbers, before: beforeSchema })
    .meta({ description: "Of all apps, whatever the search" }),
  leaders: z.array(fleetLeaderSchema).meta({ description: "The app with the most of each, where there is one" }),
  matching: z.number().int().meta({ description: "Apps that the search and the flag leave" }),
  sparklineDays: z
    .array(z.iso.date())
    .meta({ description: "Oldest first: the last 7 to 30 days in the time zone up to the period's end" }),
  items: z.array(fleetProjectSchema),
  nextCursor: z.string().nullable(),
});

export type FleetSort = (typeof fleetSorts)[number];
export type FleetFlagName = (typeof fleetFlags)[number];
export type FleetQuery = z.infer<typeof fleetQuerySchema>;
export type FleetFlag = z.infer<typeof fleetFlagSchema>;
export type FleetProject = z.infer<typeof fleetProjectSchema>;
export type FleetLeader = z.infer<typeof fleetLeaderSchema>;
export type Fleet = z.infer<typeof fleetSchema>;
