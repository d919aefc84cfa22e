import type pg from "pg";
import { type Money, parseMoney, zeroMoney } from "../../money.js";
import { type TimeWindow, toInstant } from "../../types.js";
import type { MetricFilter, MetricSource, MetricsStore, UsageCount } from "../metrics-store.js";
import type { Purpose } from "../usage-store.js";
import { readOverview } from "./metrics-overview.js";
import { type Bindings, createBindings, platformEventSlice, usageSlice } from "./slices.js";
import { inSnapshot, query } from "./transaction.js";

export function createMetricsStore(pool: pg.Pool): MetricsStore {
  return {
    overview: (windows, topLimit) => inSnapshot(pool, (client) => readOverview(client, windows, topLimit)),
    usageBy: (boundaries, count, filter) => readUsage(pool, boundaries, usageSums[count], filter).then(toNumbers),
    costBy: (boundaries, filter, purpose) => readUsage(pool, boundaries, costSum(purpose), filter),
    wastedCostBy: (boundaries, filter) => readWastedCost(pool, boundaries, filter),
    eventsBy: (boundaries, event, filter) => readEvents(pool, boundaries, event, filter).then(toNumbers),
    projectsBy: (boundaries, filter) => readProjects(pool, boundaries, filter).then(toNumbers),
    firstDataAt: (source, filter) => readFirst(pool, source, filter),
  };
}

// Sums of bigints are numeric: no overflow, whatever was sent.
const usageSums: Record<UsageCount, string> = {
  tokens: "sum(input_tokens) + sum(output_tokens)",
  input_tokens: "sum(input_tokens)",
  output_tokens: "sum(output_tokens)",
  requests: "sum(requests)",
};

function costSum(purpose: Purpose | undefined): string {
  return purpose === undefined ? "sum(input_cost) + sum(output_cost)" : `sum(${purpose}_cost)`;
}

// Indexes: see usageSlice and platform_event_occurred_at; the tags of what failed by usage_tag_rollup's primary key.
async function readWastedCost(
  pool: pg.Pool,
  boundaries: readonly number[],
  filter: Omit<MetricFilter, "model">,
): Promise<Money[]> {
  const bindings = createBindings();
  const { userId, projectId } = filter;
  const window = windowOf(boundaries);
  const slice = usageSlice(bindings, window, { userId, projectId });
  const of = (column: string, value: string | undefined): string =>
    value === undefined ? "" : `and ${column} = ${bindings.bind(value)}`;
  const instant = (ms: number): string => `${bindings.bind(toInstant(ms))}::timestamptz`;
  // The first failure of each: the ids that failed in the window, without those that had failed before it.
  const failures = `(
    select tag, min(occurred_at) as at from (
      select split_part(event, '.', 1) || ':' || (metadata ->> (split_part(event, '.', 1) || 'Id')) as tag, occurred_at
      from platform_event
      where occurred_at < ${instant(window.to)} and event in ('generation.failed', 'build.failed')
        ${of("user_id", userId)} ${of("project_id", projectId)}
    ) as failed
    where tag is not null
    group by tag
    having min(occurred_at) >= ${instant(window.from)}
  )`;
  const wasted = `(
    select at, failed_cost as cost from ${slice} as slice
    union all
    select failures.at, input_cost + output_cost - failed_cost from ${failures} as failures join usage_tag_rollup using (tag)
  )`;
  return readSeries(pool, bindings, boundaries, { sum: "sum(cost)", from: wasted });
}

// Indexes: see usageSlice.
async function readUsage(
  pool: pg.Pool,
  boundaries: readonly number[],
  sum: string,
  filter: MetricFilter,
): Promise<Money[]> {
  const bindings = createBindings();
  const slice = usageSlice(bindings, windowOf(boundaries), filter);
  return readSeries(pool, bindings, boundaries, { sum, from: slice });
}

// Indexes: see platformEventSlice.
async function readEvents(
  pool: pg.Pool,
  boundaries: readonly number[],
  event: string,
  filter: Omit<MetricFilter, "model">,
): Promise<Money[]> {
  const bindings = createBindings();
  const { userId, projectId } = filter;
  const slice = platformEventSlice(bindings, windowOf(boundaries), { event, userId, projectId });
  return readSeries(pool, bindings, boundaries, { sum: "sum(events)", from: slice });
}

// Index: project_created_at. Projects are registered one by one: their rows are their rollup.
async function readProjects(
  pool: pg.Pool,
  boundaries: readonly number[],
  filter: Pick<MetricFilter, "userId">,
): Promise<Money[]> {
  const bindings = createBindings();
  const { from, to } = windowOf(boundaries);
  const owner = filter.userId === undefined ? "" : `and owner_id = ${bindings.bind(filter.userId)}`;
  const slice = `(select created_at as at from project
    where created_at >= ${bindings.bind(toInstant(from))}::timestamptz and created_at < ${bindings.bind(toInstant(to))}::timestamptz
    ${owner})`;
  return readSeries(pool, bindings, boundaries, { sum: "count(*)::numeric", from: slice });
}

// `from` is a subselect with a column `at`; a value for each interval, zero where no row is.
async function readSeries(
  pool: pg.Pool,
  bindings: Bindings,
  boundaries: readonly number[],
  { sum, from }: { sum: string; from: string },
): Promise<Money[]> {
  const rows = await query<{ slot: number; value: string }>(
    pool,
    `select width_bucket(at, ${bindings.bind(boundaries.map(toInstant))}::timestamptz[]) as slot, ${sum} as value
     from ${from} as slice
     group by slot`,
    bindings.values,
  );
  const series = new Array<Money>(boundaries.length - 1).fill(zeroMoney);
  // width_bucket numbers the intervals from 1.
  for (const { slot, value } of rows) series[slot - 1] = parseMoney(value);
  return series;
}

async function readFirst(pool: pg.Pool, source: MetricSource, filter: MetricFilter): Promise<number | undefined> {
  const bindings = createBindings();
  const where = (conditions: Record<string, string | undefined>): string => {
    const terms = Object.entries(conditions).flatMap(([term, value]) =>
      value === undefined ? [] : [term.replace("?", bindings.bind(value))],
    );
    return terms.length === 0 ? "" : `where ${terms.join(" and ")}`;
  };
  const { userId, projectId, model } = filter;
  const [row] = await query<{ first: Date | null }>(pool, firstDataQuery(), bindings.values);
  return row?.first?.getTime();

  // Each is the first entry of an index: usage_rollup_bucket, the keys of the rollups, project_created_at.
  function firstDataQuery(): string {
    switch (source.kind) {
      case "usage":
        return `select min(bucket) as first from usage_rollup
          ${where({ "user_id = ?": userId, "project_id = ?": projectId, "model = ?": model })}`;
      case "events":
        return `select min(bucket) as first from platform_event_rollup
          ${where({ "event = ?": source.event, "user_id = ?": userId, "project_id = ?": projectId })}`;
      case "projects":
        return `select min(created_at) as first from project ${where({ "owner_id = ?": userId })}`;
      case "apps":
        return `select min(bucket) as first from project_rollup
          ${where({ "project_key = (select project_key from project where id = ?)": projectId })}`;
    }
  }
}

function windowOf(boundaries: readonly number[]): TimeWindow {
  const [from, to] = [boundaries[0], boundaries.at(-1)];
  if (from === undefined || to === undefined) throw new Error("a series needs two boundaries at least");
  return { from, to };
}

function toNumbers(series: readonly Money[]): number[] {
  return series.map(Number);
}
