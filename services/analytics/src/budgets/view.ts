import type { Budget, BudgetChannel } from "@mobigen/analytics-contract";
import { moneyToNumber, zeroMoney } from "../money.js";
import type { BudgetChannelRow, BudgetRow, BudgetStanding } from "../stores/budget-store.js";

/** Without its secret. */
export function toChannel(channel: BudgetChannelRow): BudgetChannel {
  switch (channel.type) {
    case "log":
      return { type: "log" };
    case "email":
      return { type: "email", to: channel.to };
    case "webhook":
      return { type: "webhook", url: channel.url };
  }
}

export function toBudget(standing: BudgetStanding): Budget {
  return {
    id: standing.id,
    ...toIdentity(standing),
    currency: "USD",
    thresholds: [...standing.thresholds],
    channels: standing.channels.map(toChannel),
    ...toSpending(standing),
    createdAt: standing.createdAt.toISOString(),
    updatedAt: standing.updatedAt.toISOString(),
  };
}

export function toIdentity({ name, scope, scopeId, period, timezone, mode, limit }: BudgetRow) {
  return { name, scope, scopeId, period, timezone, mode, limit: moneyToNumber(limit) };
}

export function toSpending({ limit, spent, reserved, window }: BudgetStanding) {
  const left = limit.minus(spent).minus(reserved);
  return {
    spent: moneyToNumber(spent),
    reserved: moneyToNumber(reserved),
    remaining: moneyToNumber(left.lt(0) ? zeroMoney : left),
    periodStart: new Date(window.from).toISOString(),
    resetsAt: new Date(window.to).toISOString(),
  };
}
