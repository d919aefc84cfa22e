import { z } from "zod";
import { rejectReasons } from "./app-events.js";
import { instantSchema } from "./text.js";

const count = z.number().int().min(0);

const ledgerCounts = {
  received: count.meta({ description: "Events that the judged requests held" }),
  stored: count.meta({ description: "New ones, stored with this request" }),
  duplicates: count.meta({ description: "Accepted, and stored before" }),
  rejected: count.meta({ description: "Refused, each for one reason" }),
};

/**
 * What became of every event of a project, by the time at which the server received it. Requests that were refused whole (not
 * signed in, no batch, rate-limited, 503) are not in it: nothing of them was judged, and clients send them again.
 */
export const ingestionLedgerSchema = z.object({
  projectId: z.string(),
  period: z.string(),
  timezone: z.string(),
  from: instantSchema.meta({ description: "from and to are taken to the full quarter of an hour that holds them" }),
  to: instantSchema,
  totals: z.object(ledgerCounts),
  byReason: z
    .record(z.string(), count)
    .meta({ description: "Rejected events by reason", examples: [{ [Object.keys(rejectReasons)[0] ?? ""]: 1 }] }),
  byDay: z.array(z.object({ date: z.iso.date(), ...ledgerCounts })),
  balanced: z.boolean().meta({
    description: "received = stored + duplicates + rejected, and rejected is the sum of its reasons, every day",
  }),
});

export type IngestionLedger = z.infer<typeof ingestionLedgerSchema>;
