import { z } from "zod";

const part = z.object({ status: z.enum(["ok", "degraded", "down"]) });

/** The short public health reply: which parts work, nothing about where they are. */
export const healthSchema = z.object({
  status: z.enum(["ok", "degraded", "down"]),
  service: z.literal("analytics"),
  version: z.string(),
  uptimeSeconds: z.number().int(),
  parts: z.object({ database: part, cache: part }),
});

export type Health = z.infer<typeof healthSchema>;
