import { randomUUID } from "node:crypto";
import {
  type Budget,
  type BudgetDetail,
  type BudgetPatch,
  type ChangedBudget,
  defaultThresholds,
  type NewBudget,
  type Page,
  type PageQuery,
} from "@mobigen/analytics-contract";
import { isUuid, toCredentialPosition } from "../access/credentials.js";
import { readPage } from "../cursor.js";
import { ApiError, notFound } from "../errors.js";
import { moneyToNumber, moneyToText, parseMoney } from "../money.js";
import type { BudgetRow, BudgetSettings, BudgetStore } from "../stores/budget-store.js";
import type { Clock } from "../types.js";
import { newSecrets, toChannelRows, type WebhookRules } from "./channels.js";
import { toBudget, toChannel } from "./view.js";

export const maxBudgets = 10_000;
const shownAlerts = 20;

export type BudgetsDeps = {
  store: BudgetStore;
  clock: Clock;
  webhooks: WebhookRules;
  /** Notes the thresholds that budgets have passed already: a budget can be made, or lowered, below what was spent. */
  noteCrossings: (budgets: readonly BudgetRow[]) => Promise<unknown>;
};

export type Budgets = ReturnType<typeof createBudgets>;

/** Limits of what calls may cost: made, shown and changed. */
export function createBudgets({ store, clock, webhooks, noteCrossings }: BudgetsDeps) {
  return {
    /** @throws ApiError limit_reached, invalid_body */
    async create(wanted: NewBudget, actor: string): Promise<ChangedBudget> {
      const at = clock();
      const channels = toChannelRows(wanted.channels ?? [{ type: "log" }], [], webhooks);
      const budget = {
        id: randomUUID(),
        name: wanted.name ?? null,
        scope: wanted.scope,
        scopeId: wanted.scopeId ?? null,
        period: wanted.period,
        timezone: wanted.timezone ?? "UTC",
        limit: parseMoney(String(wanted.limit)),
        mode: wanted.mode ?? "soft",
        thresholds: wanted.thresholds ?? defaultThresholds,
        channels,
      };
      const { id, scope, scopeId, period, timezone } = budget;
      const detail = { scope, scopeId, period, timezone, ...describeSettings(budget) };
      const row = await store.create(budget, maxBudgets, { at, actor, action: "budget.create", target: id, detail });
      if (row === "limit") throw new ApiError("limit_reached", `There are ${maxBudgets} budgets: remove one first.`);
      await noteCrossings([row]);
      return { ...(await show(row)), webhookSecrets: newSecrets(channels, []) };
    },

    /** Newest first, each with what its running period has come to. @throws ApiError invalid_query */
    async list(query: PageQuery): Promise<Page<Budget>> {
      const page = await readPage(
        query,
        (after, limit) => store.list({ after: toCredentialPosition(after), limit }),
        (row) => [row.createdAt.getTime(), row.id],
        (row) => row,
      );
      const now = clock();
      return { ...page, items: (await store.standingsOf(page.items, now)).map(toBudget) };
    },

    /** @throws ApiError not_found */
    async find(id: string): Promise<BudgetDetail> {
      const row = isUuid(id) ? await store.find(id) : null;
      if (row === null) throw notFound("budget", id);
      const alerts = await store.alertsOf(row.budgetKey, shownAlerts);
      return {
        ...(await show(row)),
        alerts: alerts.map(({ threshold, spent, limit, window, at }) => ({
          threshold,
          spent: moneyToNumber(spent),
          limit: moneyToNumber(limit),
          periodStart: new Date(window.from).toISOString(),
          at: at.toISOString(),
        })),
      };
    },

    /** A webhook that stays keeps its secret. @throws ApiError not_found, invalid_body */
    async update(id: string, patch: BudgetPatch, actor: string): Promise<ChangedBudget> {
      const at = clock();
      const before = isUuid(id) ? await store.find(id) : null;
      if (before === null) throw notFound("budget", id);
      const channels =
        patch.channels === undefined ? undefined : toChannelRows(patch.channels, before.channels, webhooks);
      const changes: Partial<BudgetSettings> = {
        ...(patch.name === undefined ? {} : { name: patch.name }),
        ...(patch.limit === undefined ? {} : { limit: parseMoney(String(patch.limit)) }),
        ...(patch.mode === undefined ? {} : { mode: patch.mode }),
        ...(patch.thresholds === undefined ? {} : { thresholds: patch.thresholds }),
        ...(channels === undefined ? {} : { channels }),
      };
      const detail = describeSettings(changes);
      const row = await store.update(id, changes, { at, actor, action: "budget.update", target: id, detail });
      if (row === null) throw notFound("budget", id);
      await noteCrossings([row]);
      return { ...(await show(row)), webhookSecrets: newSecrets(channels ?? [], before.channels) };
    },

    /** With its alerts, and what is held on it. @throws ApiError not_found */
    async remove(id: string, actor: string): Promise<void> {
      const audit = { at: clock(), actor, action: "budget.delete", target: id, detail: {} } as const;
      if (!isUuid(id) || !(await store.remove(id, audit))) throw notFound("budget", id);
    },
  };

  async function show(row: BudgetRow): Promise<Budget> {
    const now = clock();
    const [standing] = await store.standingsOf([row], now);
    if (standing === undefined) throw new Error("a budget has a standing");
    return toBudget(standing);
  }
}

// For the audit log, which has no secrets.
function describeSettings({ limit, channels, ...settings }: Partial<BudgetSettings>): Record<string, unknown> {
  const { name, mode, thresholds } = settings;
  return {
    ...(name === undefined ? {} : { name }),
    ...(limit === undefined ? {} : { limit: moneyToText(limit) }),
    ...(mode === undefined ? {} : { mode }),
    ...(thresholds === undefined ? {} : { thresholds }),
    ...(channels === undefined ? {} : { channels: channels.map(toChannel) }),
  };
}
