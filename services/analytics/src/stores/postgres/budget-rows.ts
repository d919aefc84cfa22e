import type { BudgetMode, BudgetScope, CalendarPeriod } from "@mobigen/analytics-contract";
import { parseMoney } from "../../money.js";
import type { BudgetChannelRow, BudgetRow } from "../budget-store.js";

const names = [
  ...["budget_key", "id", "name", "scope", "scope_id", "period", "timezone", "limit_usd", "mode", "thresholds"],
  ...["channels", "counted_from", "created_at", "updated_at"],
];

export const budgetColumns = names.map((name) => `budget.${name}`).join(", ");

export type BudgetColumns = {
  budget_key: number;
  id: string;
  name: string | null;
  scope: BudgetScope;
  scope_id: string;
  period: CalendarPeriod;
  timezone: string;
  limit_usd: string;
  mode: BudgetMode;
  thresholds: number[];
  channels: BudgetChannelRow[];
  counted_from: Date;
  created_at: Date;
  updated_at: Date;
};

export function toBudget(row: BudgetColumns): BudgetRow {
  return {
    budgetKey: row.budget_key,
    id: row.id,
    name: row.name,
    scope: row.scope,
    scopeId: row.scope_id === "" ? null : row.scope_id,
    period: row.period,
    timezone: row.timezone,
    limit: parseMoney(row.limit_usd),
    mode: row.mode,
    thresholds: row.thresholds,
    channels: row.channels,
    countedFrom: row.counted_from.getTime(),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
