import { z } from "zod";
import { idSchema, instantSchema, nameSchema, timeZoneSchema } from "./text.js";

export const keyScopes = ["ingest", "read"] as const;
export const tokenScopes = ["platform:read", "platform:write", "admin"] as const;
export const defaultEventsPerMinute = 1_000;
export const maxEventsPerMinute = 1_000_000_000;
export const defaultRetentionDays = 90;
export const maxRetentionDays = 36_500;
export const maxPageSize = 200;
export const defaultPageSize = 50;

const eventsPerMinute = z.int().min(1).max(maxEventsPerMinute);
const retentionDays = z
  .int()
  .min(1)
  .max(maxRetentionDays)
  .meta({ description: "Days that raw app events and usage records stay in the database before they may be archived" });

export const newProjectSchema = z.strictObject({
  id: idSchema.optional(),
  name: nameSchema,
  ownerId: idSchema.optional(),
  timezone: timeZoneSchema.optional(),
  eventsPerMinute: eventsPerMinute.optional(),
  retentionDays: retentionDays.optional(),
});

export const projectPatchSchema = z
  .strictObject({
    name: nameSchema.optional(),
    ownerId: idSchema.nullable().optional(),
    timezone: timeZoneSchema.optional(),
    eventsPerMinute: eventsPerMinute.optional(),
    retentionDays: retentionDays.optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, "must change at least one field");

export const projectSchema = z.object({
  id: z.string(),
  name: z.string(),
  ownerId: z.string().nullable(),
  timezone: z.string(),
  eventsPerMinute: z.number().int(),
  retentionDays: z.number().int(),
  createdAt: instantSchema,
  deletedAt: instantSchema.nullable(),
});

export const newKeySchema = z.strictObject({
  name: nameSchema.optional(),
  scopes: z.array(z.enum(keyScopes)).min(1).max(keyScopes.length).optional(),
});

const credential = {
  id: z.string(),
  name: z.string(),
  prefix: z.string().meta({ description: "The first characters, to tell it from others" }),
  createdAt: instantSchema,
  lastUsedAt: instantSchema.nullable(),
  revokedAt: instantSchema.nullable(),
};

export const keySchema = z.object({ ...credential, scopes: z.array(z.enum(keyScopes)) });
export const createdKeySchema = keySchema.extend({ key: z.string().meta({ description: "Shown this once" }) });

export const newTokenSchema = z.strictObject({
  name: nameSchema,
  scopes: z.array(z.enum(tokenScopes)).min(1).max(tokenScopes.length),
});

export const tokenSchema = z.object({ ...credential, scopes: z.array(z.enum(tokenScopes)) });
export const createdTokenSchema = tokenSchema.extend({ token: z.string().meta({ description: "Shown this once" }) });

export const auditEntrySchema = z.object({
  id: z.string(),
  at: instantSchema,
  actor: z.string().meta({ description: "The token that did it, or the command line" }),
  action: z.string().meta({ examples: ["key.revoke"] }),
  target: z.string(),
  detail: z.record(z.string(), z.json()).nullable(),
});

/** Which page of a list: `cursor` is the `nextCursor` of the page before. */
export const pageQuerySchema = z.strictObject({
  cursor: z.string().min(1).max(500).optional(),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(maxPageSize)
    .optional()
    .meta({ description: `Default: ${defaultPageSize}` }),
});

/** A page of a list; `nextCursor` is null on the last one. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

export type KeyScope = (typeof keyScopes)[number];
export type TokenScope = (typeof tokenScopes)[number];
export type NewProject = z.infer<typeof newProjectSchema>;
export type ProjectPatch = z.infer<typeof projectPatchSchema>;
export type Project = z.infer<typeof projectSchema>;
export type NewKey = z.infer<typeof newKeySchema>;
export type Key = z.infer<typeof keySchema>;
export type CreatedKey = z.infer<typeof createdKeySchema>;
export type NewToken = z.infer<typeof newTokenSchema>;
export type Token = z.infer<typeof tokenSchema>;
export type CreatedToken = z.infer<typeof createdTokenSchema>;
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export type PageQuery = z.infer<typeof pageQuerySchema>;
export type Page<Item> = { items: Item[]; nextCursor: string | null };
