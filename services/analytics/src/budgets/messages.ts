import { createHash } from "node:crypto";
import { DateTime } from "luxon";
import { type Money, moneyToNumber } from "../money.js";
import type { BudgetChannelRow, BudgetCrossing, BudgetRow } from "../stores/budget-store.js";
import type { DeliveryContent, NewDelivery } from "../stores/outbox-store.js";

/** What each channel of a budget is told of a threshold, once: the dedupe keys are of the budget, period, threshold and address. */
export function messagesOf(budget: BudgetRow, alert: BudgetCrossing, publicUrl: string): NewDelivery[] {
  const cause = `budget-alert/${budget.id}/${new Date(alert.window.from).toISOString()}/${alert.threshold}`;
  return budget.channels.map((channel) => ({
    dedupeKey: `${cause}/${addressOf(channel)}`,
    ...contentOf(channel, budget, alert, publicUrl),
  }));
}

function contentOf(
  channel: BudgetChannelRow,
  budget: BudgetRow,
  alert: BudgetCrossing,
  publicUrl: string,
): DeliveryContent {
  const [subject, facts] = [headline(budget, alert), factsOf(budget, alert)];
  switch (channel.type) {
    case "log":
      return { kind: "log", payload: { message: subject, fields: facts } };
    case "email":
      return { kind: "mail", payload: { to: channel.to, subject, text: letter(budget, alert, publicUrl) } };
    case "webhook": {
      const body = { type: "budget.threshold_reached", timestamp: alert.at.toISOString(), data: facts };
      return { kind: "webhook", payload: { url: channel.url, secret: channel.secret, body } };
    }
  }
}

// An address is of any length, an index entry is not.
function addressOf(channel: BudgetChannelRow): string {
  if (channel.type === "log") return "log";
  const address = channel.type === "email" ? channel.to : channel.url;
  return `${channel.type}/${createHash("sha256").update(address).digest("base64url").slice(0, 22)}`;
}

function headline(budget: BudgetRow, { threshold, spent, limit }: BudgetCrossing): string {
  return `${titleOf(budget)}: ${threshold} % reached, ${dollars(spent)} of ${dollars(limit)} this ${budget.period}`;
}

function titleOf({ name, scope, scopeId }: BudgetRow): string {
  if (name !== null) return `Budget "${name}"`;
  return scope === "platform" ? "Budget of the platform" : `Budget of ${scope} "${scopeId}"`;
}

function letter(budget: BudgetRow, { threshold, spent, limit, window }: BudgetCrossing, publicUrl: string): string {
  const local = (ms: number): string => DateTime.fromMillis(ms, { zone: budget.timezone }).toFormat("yyyy-MM-dd HH:mm");
  const isOver = spent.gte(limit);
  const effect =
    budget.mode === "soft"
      ? "It is a soft budget: calls go on."
      : isOver
        ? "It is a hard budget: further calls are denied until it resets, to those who ask before they call."
        : "It is a hard budget: once it is used up, calls are denied to those who ask before they call.";
  return [
    `${titleOf(budget)} has reached ${threshold} % of its limit.`,
    "",
    `Spent   ${dollars(spent)}`,
    `Limit   ${dollars(limit)} a ${budget.period}`,
    `Scope   ${budget.scope}${budget.scopeId === null ? "" : ` ${budget.scopeId}`}`,
    `Period  ${local(window.from)} to ${local(window.to)} (${budget.timezone})`,
    "",
    effect,
    "",
    `${publicUrl}/budgets/${budget.id}`,
    "",
  ].join("\n");
}

function factsOf(budget: BudgetRow, { threshold, spent, limit, window }: BudgetCrossing): Record<string, unknown> {
  return {
    budgetId: budget.id,
    name: budget.name,
    scope: budget.scope,
    scopeId: budget.scopeId,
    period: budget.period,
    timezone: budget.timezone,
    mode: budget.mode,
    threshold,
    spent: moneyToNumber(spent),
    limit: moneyToNumber(limit),
    currency: "USD",
    periodStart: new Date(window.from).toISOString(),
    resetsAt: new Date(window.to).toISOString(),
  };
}

/** Whole cents, unless there is less than one. */
function dollars(amount: Money): string {
  const [whole = "0", fraction = ""] = (amount.lt("0.01") ? amount.round(6) : amount.round(2)).toFixed().split(".");
  return `$${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${fraction.padEnd(2, "0")}`;
}
