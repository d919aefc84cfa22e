import {
  eventBatchEnvelopeSchema,
  type IngestHealth,
  type IngestReply,
  instantSchema,
  maxEventsPerBatch,
} from "@mobigen/analytics-contract";
import type { ErrorRequestHandler, Request, RequestHandler, Response } from "express";
import { z } from "zod";
import type { RateVerdict } from "../access/rate-limiter.js";
import { ApiError } from "../errors.js";
import { keyProjectOf } from "../http/caller.js";
import { parseBody } from "../http/parse.js";
import { announceRate, announceRateOnRefusal, rateLimited, rateLimitOf } from "../http/rate-limit.js";
import { sendJson } from "../http/send-json.js";
import type { Ingest, IngestResult, RejectedEntry } from "../ingestion/ingest.js";
import type { KeyProject } from "../types.js";

export type AppEventRoutesDeps = {
  ingest: Ingest;
  /** Counts events towards their project's minute; where that would pass the limit, nothing is counted. */
  takeRate: (project: KeyProject, events: number) => Promise<RateVerdict>;
  /** Events that wait for their commit, by project id. */
  waitingByProject: () => Record<string, number>;
  /** Whether events can be stored just now. */
  isStoreUp: () => boolean | Promise<boolean>;
};

export type AppEventRoutes = {
  ingestBatch: RequestHandler;
  ingestSingle: RequestHandler;
  health: RequestHandler;
  announceRateOnRefusal: ErrorRequestHandler;
};

// What stands around a single event's fields; the fields themselves are judged by the checks.
const singleSchema = z.looseObject({ sentAt: instantSchema.nullish() });

export function createAppEventRoutes(deps: AppEventRoutesDeps): AppEventRoutes {
  const { ingest, takeRate, waitingByProject, isStoreUp } = deps;

  async function store(
    req: Request,
    res: Response,
    events: readonly unknown[],
    sentAt: string | null | undefined,
  ): Promise<{ result: IngestResult; rate: RateVerdict }> {
    const project = keyProjectOf(res);
    const rate = await takeRate(project, events.length);
    announceRate(res, rate);
    if (rate.exceeded) throw rateLimited(rate, events.length);
    const result = await ingest({
      project,
      events,
      sentAt: typeof sentAt === "string" ? Date.parse(sentAt) : undefined,
      userAgent: req.get("user-agent"),
    });
    return { result, rate };
  }

  /** 200 once every accepted event is committed; the rejected ones are listed with their reasons. */
  const ingestBatch: RequestHandler = async (req, res) => {
    const project = keyProjectOf(res);
    const { events, projectId, sentAt } = parseBody(eventBatchEnvelopeSchema, req.body);
    if (events.length === 0) throw new ApiError("empty_batch", "events must have at least one event.");
    if (events.length > maxEventsPerBatch) {
      throw new ApiError(
        "batch_too_large",
        `events must have at most ${maxEventsPerBatch} events; nothing was stored.`,
      );
    }
    refuseOtherProject(project, projectId);
    const { result, rate } = await store(req, res, events, sentAt);
    sendJson(res, 200, replyOf(result, rate));
  };

  /** As a batch of one, save that a rejected event is a 400. */
  const ingestSingle: RequestHandler = async (req, res) => {
    const project = keyProjectOf(res);
    parseBody(singleSchema, req.body);
    // Not the schema's output: that is a copy, in which a field named __proto__ would be lost and not refused.
    const { sentAt, ...event } = req.body as { sentAt?: string | null; projectId?: unknown };
    refuseOtherProject(project, event.projectId);
    const { result, rate } = await store(req, res, [event], sentAt);
    const [error] = result.errors;
    if (error !== undefined) throw eventRejected(error, rate);
    sendJson(res, 200, replyOf(result, rate));
  };

  const health: RequestHandler = async (_req, res) => {
    const reply: IngestHealth = {
      status: (await isStoreUp()) ? "ok" : "degraded",
      service: "analytics-ingestion",
      buffers: waitingByProject(),
    };
    res.setHeader("Cache-Control", "no-store");
    res.json(reply);
  };

  return {
    ingestBatch,
    ingestSingle,
    health,
    // No events: only a look at the minute's count.
    announceRateOnRefusal: announceRateOnRefusal((project) => takeRate(project, 0)),
  };
}

function refuseOtherProject(project: KeyProject, projectId: unknown): void {
  // What is no text is no project's id: the event's own check names that fault.
  if (typeof projectId !== "string" || projectId === project.id) return;
  throw new ApiError("wrong_project", "projectId is not the project that this key belongs to. Nothing was stored.");
}

function replyOf({ accepted, rejected, duplicates, errors }: IngestResult, rate: RateVerdict): IngestReply {
  return {
    success: true,
    accepted,
    rejected,
    duplicates,
    errors: errors.map(({ index, eventId, code, message, retryable }) => ({
      index,
      eventId,
      code,
      message,
      retryable,
    })),
    rateLimit: rateLimitOf(rate),
  };
}

function eventRejected({ pointer, message, code, retryable }: RejectedEntry, rate: RateVerdict): ApiError {
  return new ApiError("event_rejected", `The event was not stored: ${message}.`, {
    errors: [{ pointer, reason: message, code }],
    extra: { success: false, accepted: 0, rejected: 1, duplicates: 0, retryable, rateLimit: rateLimitOf(rate) },
  });
}
