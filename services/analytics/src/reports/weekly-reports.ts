import { randomUUID } from "node:crypto";
import type { ReportScope } from "@mobigen/analytics-contract";
import type { Logger } from "pino";
import { isUuid } from "../access/credentials.js";
import { ApiError, notFound } from "../errors.js";
import { isDatabaseOutage } from "../outage.js";
import type { ReportSubscriptionRow, ReportSubscriptionStore } from "../stores/report-subscription-store.js";
import type { Clock } from "../types.js";
import { composeReport, type ReportPage } from "./compose.js";
import { type ReportQuestionsDeps, readNumbers } from "./read-numbers.js";
import { toReportMail } from "./report-message.js";
import { createUnsubscribeToken } from "./unsubscribe-token.js";
import type { ReportNumbers, ReportSubject } from "./weekly-report.js";

const dayMs = 24 * 3_600_000;
const weekMs = 7 * dayMs;
const subscriptionsPerLook = 100;
const keepLinksMs = 366 * dayMs;

export type WeeklyReportsDeps = ReportQuestionsDeps & {
  store: Pick<ReportSubscriptionStore, "due" | "queue" | "queueExtra" | "find" | "dropMails">;
  clock: Clock;
  publicUrl: string;
  logger: Pick<Logger, "error">;
};

export type WeeklyReports = ReturnType<typeof createWeeklyReports>;

export type WeekToSend = { windowEnd: Date; now: Date; signal: AbortSignal };

/** What became of a window's reports. */
export type SentWeek = {
  queued: number;
  /** Of projects that are deleted. */
  skipped: number;
  failed: number;
  linksDropped: number;
};

/** Makes the weekly reports and hands them to the outbox, which sends them. */
export function createWeeklyReports(deps: WeeklyReportsDeps) {
  const { store, clock, publicUrl, logger } = deps;

  /** Null for a project that is not there, or is deleted. */
  async function subjectOf(scope: ReportScope, id: string | null): Promise<ReportSubject | null> {
    if (scope === "platform" || id === null) return { scope: "platform" };
    if (scope === "user") return { scope, id };
    const project = await deps.projects.find(id);
    return project === null || project.deletedAt !== null ? null : { scope, id, name: project.name };
  }

  async function numbersOf(
    scope: ReportScope,
    id: string | null,
    timezone: string,
    at: Date,
  ): Promise<ReportNumbers | null> {
    const subject = await subjectOf(scope, id);
    return subject === null ? null : readNumbers(deps, { subject, timezone, at });
  }

  function toMail(subscription: ReportSubscriptionRow, page: ReportPage, dedupeKey: string) {
    const { token, hash } = createUnsubscribeToken();
    const payload = toReportMail(page, subscription, token, { publicUrl });
    return { delivery: { dedupeKey, kind: "mail", payload } as const, tokenHash: hash, at: clock() };
  }

  async function sendWeek({ windowEnd, now, signal }: WeekToSend): Promise<SentWeek | { superseded: true }> {
    // The next window's report tells of a later week: two at once help nobody.
    if (now.getTime() - windowEnd.getTime() >= weekMs) return { superseded: true };
    const pageOf = rememberLast(numbersOf);
    const sent = { queued: 0, skipped: 0, failed: 0 };
    let firstError: unknown;
    let after: ReportSubscriptionRow | null = null;
    for (;;) {
      const due: ReportSubscriptionRow[] = await store.due(windowEnd, { after, limit: subscriptionsPerLook });
      for (const subscription of due) {
        signal.throwIfAborted();
        sent[await sendOne(subscription)] += 1;
      }
      if (due.length < subscriptionsPerLook) break;
      after = due.at(-1) ?? null;
    }
    // Thrown after the others have theirs: the window is tried again for those that have not.
    if (sent.failed > 0) {
      const outcome = `${sent.queued} reports are on their way, ${sent.failed} could not be made`;
      throw new Error(`${outcome}, the first: ${firstError}`, { cause: firstError });
    }
    return { ...sent, linksDropped: await store.dropMails(new Date(now.getTime() - keepLinksMs)) };

    async function sendOne(subscription: ReportSubscriptionRow): Promise<"queued" | "skipped" | "failed"> {
      const { id, scope, scopeId, timezone } = subscription;
      try {
        const page = await pageOf(scope, scopeId, timezone, windowEnd);
        if (page === null) return "skipped";
        const dedupeKey = `report/${id}/${windowEnd.toISOString()}`;
        const isNew = await store.queue(subscription.subscriptionKey, windowEnd, toMail(subscription, page, dedupeKey));
        // Another process was faster, or the subscription ended just now.
        return isNew ? "queued" : "skipped";
      } catch (error) {
        if (isDatabaseOutage(error)) throw error;
        logger.error({ err: error, subscriptionId: id }, "a report could not be made");
        firstError ??= error;
        return "failed";
      }
    }
  }

  return {
    /**
     * Queues the report of the window of the weekly job that ended at `windowEnd` for everyone who has not got it; again changes
     * nothing. One that can't be made keeps none of the others waiting. @throws when one could not be made.
     */
    sendWeek,

    /** The report as it is now, to one subscriber, beside those of the weeks. @throws ApiError not_found, limit_reached */
    async sendNow(subscriptionId: string): Promise<void> {
      const subscription = isUuid(subscriptionId) ? await store.find(subscriptionId) : null;
      if (subscription === null) throw notFound("subscription", subscriptionId);
      const { scope, scopeId, timezone } = subscription;
      const numbers = await numbersOf(scope, scopeId, timezone, clock());
      if (numbers === null) throw notFound("project", scopeId ?? "");
      const mail = toMail(subscription, composeReport(numbers), `report/${subscriptionId}/now/${randomUUID()}`);
      if (await store.queueExtra(subscription.subscriptionKey, mail)) return;
      throw new ApiError("request_conflict", "The subscription is paused, or its receiver has unsubscribed.");
    },

    /** The numbers of a report that is due at `at`. @throws ApiError not_found */
    async read(scope: ReportScope, id: string | null, timezone: string, at: Date): Promise<ReportNumbers> {
      const numbers = await numbersOf(scope, id, timezone, at);
      if (numbers === null) throw notFound("project", id ?? "");
      return numbers;
    },
  };
}

type ReadNumbers = (scope: ReportScope, id: string | null, timezone: string, at: Date) => Promise<ReportNumbers | null>;

/** Subscribers of one report stand together: it is made once for all of them. */
function rememberLast(read: ReadNumbers): (...asked: Parameters<ReadNumbers>) => Promise<ReportPage | null> {
  let last: { key: string; page: ReportPage | null } | undefined;
  return async (...asked) => {
    const key = JSON.stringify(asked);
    if (last?.key !== key) {
      const numbers = await read(...asked);
      last = { key, page: numbers === null ? null : composeReport(numbers) };
    }
    return last.page;
  };
}
