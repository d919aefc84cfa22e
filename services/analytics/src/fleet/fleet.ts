import { defaultPageSize, type Fleet, type FleetLeader, type FleetQuery } from "@mobigen/analytics-contract";
import { decodeCursor, encodeCursor } from "../cursor.js";
import { moneyToNumber } from "../money.js";
import { localDate, type ResolvedWindow, resolveWindow, trailingDays } from "../periods.js";
import type { FleetStore } from "../stores/fleet-store.js";
import type { Clock, TimeWindow } from "../types.js";
import { type FleetItem, leadersOf, sortItems, toItems, toTotals } from "./fleet-rows.js";
import { createSnapshots } from "./snapshots.js";

const defaultPeriod = "30d";
const [minSparklineDays, maxSparklineDays] = [7, 30];
const dayMs = 24 * 60 * 60 * 1_000;

export type FleetReader = {
  /**
   * A page of all apps with their numbers of a period. `fresh` counts from what is committed now; else they may be some seconds
   * old, see snapshots.ts. @throws ApiError invalid_query for a bad cursor, and where periods.ts does.
   */
  page(query: FleetQuery, options?: { fresh?: boolean }): Promise<Fleet>;
  /** Forgets what was counted: it has changed behind its back. */
  invalidate(): void;
};

type Counted = {
  window: ResolvedWindow;
  before: TimeWindow;
  items: FleetItem[];
  totals: ReturnType<typeof toTotals>;
  leaders: FleetLeader[];
};

export function createFleetReader({ store, clock }: { store: FleetStore; clock: Clock }): FleetReader {
  const snapshots = createSnapshots<ResolvedWindow, Counted>({
    clock,
    // The end of a running period moves with every quarter of an hour; what was counted a moment ago still answers.
    keyOf: ({ label, tz, from, to }) => JSON.stringify(label === "custom" ? [from, to] : [label, tz, from]),
    read: (window) => count(store, window),
  });

  return {
    async page(
      { sort = "events", search, flag, cursor, limit = defaultPageSize, ...windowQuery },
      { fresh = false } = {},
    ) {
      const offset = cursor === undefined ? 0 : decodeCursor(cursor)[0];
      const asked = resolveWindow(windowQuery, clock(), { defaultPeriod });
      const { value, takenAt } = await snapshots.get(asked, { fresh });
      const matching = value.items.filter((item) => matches(item, search?.toLowerCase(), flag));
      const order = windowQuery.order ?? (sort === "name" ? "asc" : "desc");
      const shown = sortItems(matching, sort, order).slice(offset, offset + limit);
      const { window, before, totals, leaders } = value;
      const days = trailingDays(window.to, asked.tz, sparklineDays(window));
      return {
        period: window.label,
        timezone: asked.tz,
        from: new Date(window.from).toISOString(),
        to: new Date(window.to).toISOString(),
        beforeFrom: new Date(before.from).toISOString(),
        currency: "USD",
        generatedAt: takenAt.toISOString(),
        totals,
        leaders,
        matching: matching.length,
        sparklineDays: days.slice(0, -1).map((day) => localDate(day, asked.tz)),
        items: await withSparklines(store, shown, days),
        // Numbers move while somebody pages: a place in the list is as good a mark as any.
        nextCursor: matching.length > offset + limit ? encodeCursor([offset + limit, 0]) : null,
      };
    },
    invalidate: snapshots.clear,
  };
}

async function count(store: FleetStore, window: ResolvedWindow): Promise<Counted> {
  const before = { from: window.from - (window.to - window.from), to: window.from };
  const rows = await store.projects(window, before);
  const items = toItems(rows);
  return { window, before, items, totals: toTotals(rows), leaders: leadersOf(items) };
}

function matches(item: FleetItem, search: string | undefined, flag: FleetQuery["flag"]): boolean {
  if (flag !== undefined && !item.flags.some(({ metric }) => metric === flag)) return false;
  return search === undefined || item.name.toLowerCase().includes(search) || item.id.toLowerCase().includes(search);
}

/** As many as the period has, but enough for a line and no more than a cell of a table can show. */
function sparklineDays({ from, to }: TimeWindow): number {
  return Math.min(maxSparklineDays, Math.max(minSparklineDays, Math.round((to - from) / dayMs)));
}

async function withSparklines(
  store: FleetStore,
  shown: readonly FleetItem[],
  days: readonly number[],
): Promise<Fleet["items"]> {
  if (shown.length === 0) return [];
  const lines = await store.sparklines(
    shown.map(({ id }) => id),
    days,
  );
  return shown.map((item) => {
    const line = lines.get(item.id);
    return { ...item, sparkline: { events: line?.events ?? [], cost: line?.cost.map(moneyToNumber) ?? [] } };
  });
}
