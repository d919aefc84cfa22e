import {
  maxUsageRecordsPerRequest,
  pageQuerySchema,
  type UsageBatchReply,
  type UsageRecordInput,
  type UsageReply,
  usageRecordSchema,
  windowQuerySchema,
} from "@mobigen/analytics-contract";
import type { RequestHandler } from "express";
import { listConflicts } from "../conflicts.js";
import { toCallCost } from "../cost-monitor.js";
import { ApiError } from "../errors.js";
import { actorOf } from "../http/caller.js";
import { noQuerySchema, parseBody, parseId, parseQuery } from "../http/parse.js";
import { sendJson } from "../http/send-json.js";
import { resolveWindow } from "../periods.js";
import type { ConflictStore } from "../stores/conflict-store.js";
import type { CostStore } from "../stores/cost-store.js";
import type { Clock } from "../types.js";
import { readReceipt } from "../usage-receipt.js";
import type { UsageTracker, UsageVerdict } from "../usage-tracker.js";
import { parseEntries, refusal, sentId } from "./entries.js";

export type UsageRoutesDeps = { tracker: UsageTracker; ledger: CostStore; conflicts: ConflictStore; clock: Clock };

export type UsageRoutes = Record<"record" | "ofUser" | "ofProject" | "showReceipt" | "listConflicts", RequestHandler>;

const defaultPeriod = "month";

export function createUsageRoutes({ tracker, ledger, conflicts, clock }: UsageRoutesDeps): UsageRoutes {
  /** One record: 201, 200 when it was there before, 409 when its id is another record's. An array: see `recordBatch`. */
  const record: RequestHandler = async (req, res) => {
    if (Array.isArray(req.body)) {
      const { status, reply } = await recordBatch(req.body, actorOf(res));
      sendJson(res, status, reply);
      return;
    }
    const [verdict] = await tracker.recordUsage([parseBody(usageRecordSchema, req.body)], actorOf(res));
    if (verdict === undefined) throw new Error("a record has no verdict");
    if (verdict.kind === "refused") throw refusal(verdict.fault);
    if (verdict.kind === "conflict") throw new ApiError("request_conflict", conflictMessage(verdict.requestId));
    const { status, reply } = toReply(verdict);
    sendJson(res, status, reply);
  };

  /**
   * A result for each record, in order; a bad one never refuses the others. 201 when something new was stored, else 200; a
   * batch in which everything failed is 200 with `success: false`, for the reply is complete and a retry would not help.
   */
  async function recordBatch(entries: unknown[], sentBy: string): Promise<{ status: number; reply: UsageBatchReply }> {
    const { parsed, valid } = parseEntries<UsageRecordInput>(usageRecordSchema, entries, maxUsageRecordsPerRequest);
    const verdicts = await tracker.recordUsage(valid, sentBy);
    let next = 0;
    const results = parsed.map((entry, index): UsageBatchReply["results"][number] => {
      const requestId = sentId(entries[index], "requestId");
      if (entry.kind === "bad") return { success: false, index, requestId, code: entry.code, message: entry.message };
      const verdict = verdicts[next++];
      if (verdict === undefined) throw new Error("a record has no verdict");
      if (verdict.kind === "refused") {
        const { code, message } = refusal(verdict.fault);
        return { success: false, index, requestId, code, message };
      }
      if (verdict.kind === "conflict") {
        return {
          success: false,
          index,
          requestId,
          code: "request_conflict",
          message: conflictMessage(verdict.requestId),
        };
      }
      return toReply(verdict).reply;
    });
    const isNew = verdicts.some((verdict) => verdict.kind === "stored");
    return { status: isNew ? 201 : 200, reply: { success: results.every((result) => result.success), results } };
  }

  const ofUser: RequestHandler = async (req, res) => {
    const userId = parseId(req.params["userId"], "userId");
    const window = resolveWindow(parseQuery(windowQuerySchema, req.query), clock(), { defaultPeriod });
    res.json(await tracker.usageOfUser(userId, window));
  };

  const ofProject: RequestHandler = async (req, res) => {
    const projectId = parseId(req.params["projectId"], "projectId");
    const window = resolveWindow(parseQuery(windowQuerySchema, req.query), clock(), { defaultPeriod });
    res.json(await tracker.usageOfProject(projectId, window));
  };

  const showReceipt: RequestHandler = async (req, res) => {
    parseQuery(noQuerySchema, req.query);
    res.json(await readReceipt(ledger, parseId(req.params["requestId"], "requestId")));
  };

  return {
    record,
    ofUser,
    ofProject,
    showReceipt,
    listConflicts: async (req, res) => {
      res.json(await listConflicts(conflicts, parseQuery(pageQuerySchema, req.query)));
    },
  };
}

function toReply(verdict: Extract<UsageVerdict, { kind: "stored" | "duplicate" }>): {
  status: number;
  reply: UsageReply;
} {
  const duplicate = verdict.kind === "duplicate";
  const cost = toCallCost(verdict.receipt);
  return { status: duplicate ? 200 : 201, reply: { success: true, requestId: verdict.requestId, duplicate, cost } };
}

function conflictMessage(requestId: string): string {
  return `The requestId "${requestId}" was sent before with other content. Nothing was stored.`;
}
