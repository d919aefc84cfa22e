import { type CostGroups, type CostQuery, defaultPageSize } from "@mobigen/analytics-contract";
import { decodeCursor, encodeCursor } from "./cursor.js";
import { moneyToNumber } from "./money.js";
import { localDate, type ResolvedWindow, timeBoundaries } from "./periods.js";
import type { CostStore, GroupQuestion } from "./stores/cost-store.js";
import type { UsageSums } from "./stores/usage-store.js";

export type CostGroupsQuery = CostQuery & { groupBy: NonNullable<CostQuery["groupBy"]> };

/**
 * What calls cost by one of their properties, a page at a time, the dearest first; days by time. @throws ApiError invalid_query
 * for a bad cursor, and where periods.ts does.
 */
export async function readCostGroups(
  store: CostStore,
  query: CostGroupsQuery,
  window: ResolvedWindow,
): Promise<CostGroups> {
  const { groupBy, userId, projectId, model, provider, feature, tag } = query;
  const boundaries = groupBy === "day" ? timeBoundaries(window, "day") : [];
  const by: GroupQuestion["by"] =
    groupBy === "day" ? { kind: "intervals", boundaries, order: window.order } : { kind: "key", key: groupBy };
  const limit = query.limit ?? defaultPageSize;
  // Costs move while somebody pages: a place in the list is as good a mark as any.
  const offset = query.cursor === undefined ? 0 : decodeCursor(query.cursor)[0];
  const filter = { userId, projectId, model, provider, feature, tag };
  // One more than is shown tells whether another page follows.
  const { sums, groups } = await store.groups({ window, filter, by, offset, limit: limit + 1 });
  const shown = groups.slice(0, limit);
  return {
    groupBy,
    period: window.label,
    timezone: window.tz,
    from: new Date(window.from).toISOString(),
    to: new Date(window.to).toISOString(),
    currency: "USD",
    ...toNumbers(sums),
    items: shown.map(({ key, ...row }) => ({
      key: groupBy === "day" ? localDate(boundaries[Number(key)] ?? 0, window.tz) : key === "" ? null : key,
      ...toNumbers(row),
    })),
    nextCursor: groups.length > limit ? encodeCursor([offset + limit, 0]) : null,
  };
}

function toNumbers({ inputCost, outputCost, cacheCost, failedCost, ...counts }: UsageSums) {
  return {
    totalCost: moneyToNumber(inputCost.plus(outputCost)),
    inputCost: moneyToNumber(inputCost),
    outputCost: moneyToNumber(outputCost),
    cacheCost: moneyToNumber(cacheCost),
    failedCost: moneyToNumber(failedCost),
    ...counts,
  };
}
