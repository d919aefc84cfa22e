import {
  maxPlatformEventsPerRequest,
  type PlatformEventReply,
  type PlatformEventsReply,
  platformEventSchema,
} from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { z } from "zod";
import { ApiError } from "../errors.js";
import { parseBody } from "../http/parse.js";
import { sendJson } from "../http/send-json.js";
import type { PlatformEventDraft } from "../platform-event.js";
import type { PlatformEventVerdict, UsageTracker } from "../usage-tracker.js";
import { parseEntries, refusal, sentId } from "./entries.js";

export type PlatformEventRoutes = { record: RequestHandler };

// The domain looks into the metadata: a schema would follow hostile nesting down to the end of the stack.
const draftSchema = platformEventSchema.extend({ metadata: z.unknown().optional() });

export function createPlatformEventRoutes({ tracker }: { tracker: UsageTracker }): PlatformEventRoutes {
  /** One event: 201, 200 when it was there before, 409 when its id is another event's. An array: see `recordBatch`. */
  const record: RequestHandler = async (req, res) => {
    if (Array.isArray(req.body)) {
      const { status, reply } = await recordBatch(req.body);
      sendJson(res, status, reply);
      return;
    }
    const [verdict] = await tracker.recordPlatformEvents([parseBody(draftSchema, req.body)]);
    if (verdict === undefined) throw new Error("an event has no verdict");
    if (verdict.kind === "refused") throw refusal(verdict.fault);
    if (verdict.kind === "conflict") throw new ApiError("request_conflict", conflictMessage(verdict.eventId));
    sendJson(res, verdict.kind === "duplicate" ? 200 : 201, toReply(verdict));
  };

  /**
   * A result for each event, in order; a bad one never refuses the others. 201 when something new was stored, else 200; a
   * batch in which everything failed is 200 with `success: false`, for the reply is complete and a retry would not help.
   */
  async function recordBatch(entries: unknown[]): Promise<{ status: number; reply: PlatformEventsReply }> {
    const { parsed, valid } = parseEntries<PlatformEventDraft>(draftSchema, entries, maxPlatformEventsPerRequest);
    const verdicts = await tracker.recordPlatformEvents(valid);
    let next = 0;
    const results = parsed.map((entry, index): PlatformEventsReply["results"][number] => {
      const eventId = sentId(entries[index], "eventId");
      if (entry.kind === "bad") return { success: false, index, eventId, code: entry.code, message: entry.message };
      const verdict = verdicts[next++];
      if (verdict === undefined) throw new Error("an event has no verdict");
      if (verdict.kind === "refused") {
        const { code, message } = refusal(verdict.fault);
        return { success: false, index, eventId, code, message };
      }
      if (verdict.kind === "conflict") {
        return { success: false, index, eventId, code: "request_conflict", message: conflictMessage(verdict.eventId) };
      }
      return toReply(verdict);
    });
    const isNew = verdicts.some((verdict) => verdict.kind === "stored");
    return { status: isNew ? 201 : 200, reply: { success: results.every((result) => result.success), results } };
  }

  return { record };
}

function toReply(verdict: Exclude<PlatformEventVerdict, { kind: "refused" }>): PlatformEventReply {
  return { success: true, eventId: verdict.eventId, duplicate: verdict.kind === "duplicate" };
}

function conflictMessage(eventId: string): string {
  return `The eventId "${eventId}" was sent before with other content. Nothing was stored.`;
}
