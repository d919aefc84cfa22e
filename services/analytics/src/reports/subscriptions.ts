import { randomUUID } from "node:crypto";
import type {
  NewReportSubscription,
  Page,
  PageQuery,
  ReportSubscription,
  ReportSubscriptionPatch,
} from "@mobigen/analytics-contract";
import { isUuid, toCredentialPosition } from "../access/credentials.js";
import { readPage } from "../cursor.js";
import { ApiError, notFound } from "../errors.js";
import type { ProjectStore } from "../stores/project-store.js";
import type { ReportSubscriptionRow, ReportSubscriptionStore } from "../stores/report-subscription-store.js";
import type { Clock } from "../types.js";
import { hashOfToken } from "./unsubscribe-token.js";

export const maxSubscriptions = 10_000;

export type ReportSubscriptionsDeps = {
  store: ReportSubscriptionStore;
  projects: Pick<ProjectStore, "find">;
  clock: Clock;
};

export type ReportSubscriptions = ReturnType<typeof createReportSubscriptions>;

/** Who gets the weekly report: made, shown, changed, and ended by their receivers. */
export function createReportSubscriptions({ store, projects, clock }: ReportSubscriptionsDeps) {
  return {
    /** @throws ApiError not_found for a project that is not there, already_exists, limit_reached */
    async create(wanted: NewReportSubscription, actor: string): Promise<ReportSubscription> {
      const { scope, scopeId = null, address } = wanted;
      const project = scope === "project" && scopeId !== null ? await projects.find(scopeId) : null;
      if (scope === "project" && (project === null || project.deletedAt !== null)) {
        throw notFound("project", scopeId ?? "");
      }
      const timezone = wanted.timezone ?? project?.timezone ?? "UTC";
      const subscription = { id: randomUUID(), scope, scopeId, address, timezone };
      const { id: target, ...detail } = subscription;
      const audit = { at: clock(), actor, action: "report.subscribe", target, detail } as const;
      const row = await store.create(subscription, maxSubscriptions, audit);
      if (row === "limit") {
        throw new ApiError("limit_reached", `There are ${maxSubscriptions} subscriptions: remove one first.`);
      }
      if (row === "exists") {
        throw new ApiError(
          "already_exists",
          `${address} has a subscription to that report, active, paused or unsubscribed: change that one, or delete it first.`,
        );
      }
      return toSubscription(row);
    },

    /** Newest first. @throws ApiError invalid_query */
    list(query: PageQuery): Promise<Page<ReportSubscription>> {
      return readPage(
        query,
        (after, limit) => store.list({ after: toCredentialPosition(after), limit }),
        (row) => [row.createdAt.getTime(), row.id],
        toSubscription,
      );
    },

    /** @throws ApiError not_found */
    async find(id: string): Promise<ReportSubscription> {
      const row = isUuid(id) ? await store.find(id) : null;
      if (row === null) throw notFound("subscription", id);
      return toSubscription(row);
    },

    /** @throws ApiError not_found */
    async update(
      id: string,
      { timezone, paused }: ReportSubscriptionPatch,
      actor: string,
    ): Promise<ReportSubscription> {
      const changes = { ...(timezone === undefined ? {} : { timezone }), ...(paused === undefined ? {} : { paused }) };
      const audit = { at: clock(), actor, action: "report.update", target: id, detail: changes } as const;
      const row = isUuid(id) ? await store.update(id, changes, audit) : null;
      if (row === null) throw notFound("subscription", id);
      return toSubscription(row);
    },

    /** @throws ApiError not_found */
    async remove(id: string, actor: string): Promise<void> {
      const audit = { at: clock(), actor, action: "report.delete", target: id, detail: {} } as const;
      if (!isUuid(id) || !(await store.remove(id, audit))) throw notFound("subscription", id);
    },

    /** Whose unsubscribe link it is; null for a token that no mail has, or whose subscription is deleted. */
    async findByToken(token: string): Promise<ReportSubscription | null> {
      const hash = hashOfToken(token);
      const row = hash === null ? null : await store.findByToken(hash);
      return row === null ? null : toSubscription(row);
    },

    /** The receiver wants no more of it. Again is the same. Null as for findByToken. */
    async unsubscribe(token: string): Promise<ReportSubscription | null> {
      const hash = hashOfToken(token);
      const row = hash === null ? null : await store.findByToken(hash);
      if (row === null) return null;
      const audit = {
        at: clock(),
        actor: "unsubscribe link",
        action: "report.unsubscribe",
        target: row.id,
        detail: {},
      } as const;
      await store.unsubscribe(row.subscriptionKey, audit);
      return toSubscription({ ...row, unsubscribedAt: row.unsubscribedAt ?? audit.at });
    },
  };
}

function toSubscription(row: ReportSubscriptionRow): ReportSubscription {
  return {
    id: row.id,
    scope: row.scope,
    scopeId: row.scopeId,
    address: row.address,
    timezone: row.timezone,
    state: row.unsubscribedAt !== null ? "unsubscribed" : row.pausedAt !== null ? "paused" : "active",
    lastReportAt: row.lastReportAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
