import type { FleetFlag, FleetLeader, FleetProject, FleetSort } from "@mobigen/analytics-contract";
import { fleetSorts } from "@mobigen/analytics-contract";
import { type Money, moneyToNumber, sumMoney } from "../money.js";
import type { FleetCounts, FleetRow } from "../stores/fleet-store.js";
import { modifiedZScores, outlierScore, rateScores } from "./outliers.js";

/** An app as the reply shows it, but for its sparkline. */
export type FleetItem = Omit<FleetProject, "sparkline">;
type FleetNumbers = Omit<FleetItem, "id" | "name" | "ownerId" | "createdAt" | "flags">;

export function toItems(rows: readonly FleetRow[]): FleetItem[] {
  const flags = flagsOf(rows);
  return rows.map((row, n) => ({
    id: row.id,
    name: row.name,
    ownerId: row.ownerId,
    createdAt: row.createdAt.toISOString(),
    ...toNumbers(row),
    flags: flags[n] ?? [],
  }));
}

/** All apps together; an actor of two apps counts twice. */
export function toTotals(rows: readonly FleetRow[]): { projects: number } & FleetNumbers {
  const together = {
    now: addUp(rows.map(({ now }) => now)),
    before: addUp(rows.map(({ before }) => before)),
    retainedUsers: rows.reduce((total, { retainedUsers }) => total + retainedUsers, 0),
  };
  return { projects: rows.length, ...toNumbers(together) };
}

/** Who has the most of each, of those that have any; names have no most. */
export function leadersOf(items: readonly FleetItem[]): FleetLeader[] {
  return fleetSorts.flatMap((metric): FleetLeader[] => {
    if (metric === "name") return [];
    const first = items.reduce<FleetItem | undefined>(
      (best, item) => ((item[metric] ?? 0) > (best?.[metric] ?? 0) ? item : best),
      undefined,
    );
    return first === undefined ? [] : [{ metric, id: first.id, name: first.name, value: first[metric] ?? 0 }];
  });
}

/** By a value, then by id; apps without a value last in both directions. */
export function sortItems(items: readonly FleetItem[], sort: FleetSort, order: "asc" | "desc"): FleetItem[] {
  const direction = order === "asc" ? 1 : -1;
  const keyed = items.map((item) => ({ item, key: sort === "name" ? item.name.toLowerCase() : item[sort] }));
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null)
      return Number(a.key === null) - Number(b.key === null) || byId(a.item, b.item);
    if (a.key === b.key) return byId(a.item, b.item);
    return a.key < b.key ? -direction : direction;
  });
  return keyed.map(({ item }) => item);
}

function byId(a: FleetItem, b: FleetItem): number {
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

function toNumbers({ now, before, retainedUsers }: Pick<FleetRow, "now" | "before" | "retainedUsers">): FleetNumbers {
  const failures = now.generationFailures + now.buildFailures;
  const { cost, ...counts } = now;
  return {
    ...counts,
    retainedUsers,
    failures,
    failureRate: percent(failures, failures + now.generations + now.builds),
    cost: moneyToNumber(cost),
    costPerActiveUser: costPer(cost, now.activeUsers),
    costPerRetainedUser: costPer(cost, retainedUsers),
    before: {
      events: before.events,
      sessions: before.sessions,
      activeUsers: before.activeUsers,
      cost: moneyToNumber(before.cost),
    },
  };
}

function costPer(cost: Money, users: number): number | null {
  return users === 0 ? null : moneyToNumber(cost.div(users));
}

/** To one decimal; null of nothing. */
function percent(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 1_000) / 10;
}

function addUp(counts: readonly FleetCounts[]): FleetCounts {
  const sum = (name: Exclude<keyof FleetCounts, "cost">): number => counts.reduce((total, one) => total + one[name], 0);
  return {
    events: sum("events"),
    sessions: sum("sessions"),
    activeUsers: sum("activeUsers"),
    generations: sum("generations"),
    generationFailures: sum("generationFailures"),
    builds: sum("builds"),
    buildFailures: sum("buildFailures"),
    requests: sum("requests"),
    tokens: sum("tokens"),
    cost: sumMoney(counts.map(({ cost }) => cost)),
  };
}

// Apps that cost nothing are no cheap apps: nothing was made for them in the period.
function flagsOf(rows: readonly FleetRow[]): FleetFlag[][] {
  const flags: FleetFlag[][] = rows.map(() => []);
  const spent = rows.flatMap(({ now }, n) => (now.cost.gt(0) ? [{ n, amount: moneyToNumber(now.cost) }] : []));
  const costScores = modifiedZScores(spent.map(({ amount }) => Math.log(amount))) ?? [];
  for (const [place, { n }] of spent.entries()) addFlag(flags[n], "cost", costScores[place] ?? 0);
  const tries = rows.map(({ now }) => {
    const failures = now.generationFailures + now.buildFailures;
    return { failures, ended: failures + now.generations + now.builds };
  });
  for (const [n, score] of rateScores(tries).entries()) addFlag(flags[n], "failureRate", score ?? 0);
  return flags;
}

function addFlag(flags: FleetFlag[] | undefined, metric: FleetFlag["metric"], score: number): void {
  if (Math.abs(score) <= outlierScore) return;
  flags?.push({ metric, direction: score > 0 ? "high" : "low", score: Math.round(score * 10) / 10 });
}
