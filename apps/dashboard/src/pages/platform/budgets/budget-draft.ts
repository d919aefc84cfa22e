import type { Budget, BudgetChannel, BudgetMode, BudgetScope, NewBudget } from "@mobigen/analytics-contract";

/** A form's texts, as they are typed. */
export type BudgetDraft = {
  name: string;
  scope: BudgetScope;
  scopeId: string;
  period: NewBudget["period"];
  timezone: string;
  limit: string;
  mode: BudgetMode;
  thresholds: string;
  /** A line each: a mail address or a URL. */
  receivers: string;
  log: boolean;
};

export function draftOf(budget: Budget | undefined, tz: string): BudgetDraft {
  return {
    name: budget?.name ?? "",
    scope: budget?.scope ?? "platform",
    scopeId: budget?.scopeId ?? "",
    period: budget?.period ?? "month",
    timezone: budget?.timezone ?? tz,
    limit: budget === undefined ? "" : String(budget.limit),
    mode: budget?.mode ?? "soft",
    thresholds: (budget?.thresholds ?? [50, 80, 100]).join(", "),
    receivers: (budget?.channels ?? []).flatMap(receiverOf).join("\n"),
    log: budget === undefined || budget.channels.some(({ type }) => type === "log"),
  };
}

/** What can be changed of a budget that is there. */
export function settingsOf({ name, limit, mode, thresholds, receivers, log }: BudgetDraft) {
  return {
    name: name.trim() === "" ? null : name.trim(),
    // As text: the decimal that was typed is the one that is kept.
    limit: limit.trim(),
    mode,
    thresholds: words(thresholds, /[\s,;%]+/).map(Number),
    channels: [...(log ? [{ type: "log" as const }] : []), ...words(receivers, /\s+/).map(channelOf)],
  };
}

/** A new one, as the API takes it. */
export function bodyOf(draft: BudgetDraft): NewBudget {
  const { scope, scopeId, period, timezone } = draft;
  return {
    scope,
    ...(scope === "platform" ? {} : { scopeId: scopeId.trim() }),
    period,
    timezone,
    ...settingsOf(draft),
  };
}

function receiverOf(channel: BudgetChannel): string[] {
  if (channel.type === "log") return [];
  return [channel.type === "email" ? channel.to : channel.url];
}

function channelOf(receiver: string): BudgetChannel {
  return /^https?:/i.test(receiver) ? { type: "webhook", url: receiver } : { type: "email", to: receiver };
}

function words(text: string, between: RegExp): string[] {
  return text.split(between).filter((word) => word !== "");
}
