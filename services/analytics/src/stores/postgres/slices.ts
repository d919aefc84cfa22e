import { bucketMs, type TimeWindow, toInstant } from "../../types.js";

/** The values bound to one statement. `bind` takes a value and answers its placeholder: `$1`, `$2`, … */
export type Bindings = { values: unknown[]; bind: (value: unknown) => string };

export function createBindings(): Bindings {
  const values: unknown[] = [];
  return { values, bind: (value) => `$${values.push(value)}` };
}

export type UsageFilter = {
  userId?: string | undefined;
  /** One, or any of a list. */
  projectId?: string | readonly string[] | undefined;
  model?: string | undefined;
  provider?: string | undefined;
  feature?: string | undefined;
};

export type PlatformEventFilter = {
  userId?: string | undefined;
  /** One, or any of a list. */
  projectId?: string | readonly string[] | undefined;
  /** One event type, or any of a list. */
  event?: string | readonly string[] | undefined;
};

/** How a window falls on the buckets: the whole ones are read from the rollup, the at most two cut ones from the rows. */
export type WindowParts = { whole: TimeWindow | undefined; cut: TimeWindow[] };

/** Splits `[from, to)` at its bucket bounds. An empty window has no parts. */
export function splitWindow({ from, to }: TimeWindow): WindowParts {
  if (from >= to) return { whole: undefined, cut: [] };
  const firstWhole = Math.ceil(from / bucketMs) * bucketMs;
  const endOfWhole = Math.floor(to / bucketMs) * bucketMs;
  if (firstWhole > endOfWhole) return { whole: undefined, cut: [{ from, to }] };
  const cut = [
    { from, to: firstWhole },
    { from: endOfWhole, to },
  ].filter((part) => part.from < part.to);
  return { whole: firstWhole < endOfWhole ? { from: firstWhole, to: endOfWhole } : undefined, cut };
}

/**
 * A subselect, ready to stand behind `from` (give it an alias), of everything used in `[from, to)`: the rollup's whole buckets
 * and the rows of the cut ones, in one snapshot; of archived days a cut one counts if it begins in the window. Columns: at (timestamptz: a bucket's start, or a row's own time), and all of
 * usage_rollup but its bucket; costs are 0 where unpriced. A sum() over them is numeric and so arrives as text: exact, and
 * beyond 2^53 too.
 *
 * Served by the primary key (user_id, bucket, …), usage_rollup_project (project_id, bucket), else usage_rollup_bucket; the cut
 * buckets by usage_record_user, usage_record_project, else usage_record_occurred_at.
 */
export function usageSlice(bindings: Bindings, window: TimeWindow, filter: UsageFilter = {}): string {
  return slice(bindings, window, usageConditions(bindings, filter), {
    rollup: `bucket as at, ${usageColumns.join(", ")} from usage_rollup`,
    rows: `occurred_at as at, ${usageRow} from usage_record`,
    archivedTo: usageArchivedTo,
  });
}

/**
 * The same for each tag of a call, with the column tag: a call with three tags is in it three times. Served by the primary key
 * (tag, bucket, …), else usage_tag_rollup_bucket.
 */
export function taggedUsageSlice(
  bindings: Bindings,
  window: TimeWindow,
  { tag, ...filter }: UsageFilter & { tag?: string | undefined } = {},
): string {
  const conditions = usageConditions(bindings, filter);
  if (tag !== undefined) conditions.push({ rollup: "tag", rows: "tag", value: bindings.bind(tag) });
  return slice(bindings, window, conditions, {
    rollup: `bucket as at, tag, ${usageColumns.join(", ")} from usage_tag_rollup`,
    rows: `occurred_at as at, tag, ${usageRow}
      from usage_record cross join lateral (select distinct unnest(tags) as tag) as tagged`,
    archivedTo: usageArchivedTo,
  });
}

// Before this some rows are in files (archive_part): read once for a statement, of a table with a row a file and project.
const usageArchivedTo = `(select coalesce(max(counted_to), '-infinity') from archive join archive_part using (archive_key)
  where archive.kind = 'usage_record' and archive.state = 'archived')`;

/** What usage_rollup adds up; verify recounts the same. */
export const usageSums = [
  "requests",
  "unpriced_requests",
  "failed_requests",
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "reasoning_tokens",
  "input_cost",
  "output_cost",
  "cache_cost",
  "failed_cost",
  "generation_cost",
  "build_cost",
];

const usageColumns = ["user_id", "project_id", "model", "provider", "feature", ...usageSums];

const cost = "coalesce(input_cost + output_cost, 0)";
const provider = "coalesce(provider, (select provider from model_price where price_id = usage_record.price_id), '')";

/** A record as usage_rollup counts it, in the order of its columns. */
export const usageRow = `user_id, coalesce(project_id, '') as project_id, model, ${provider} as provider,
  coalesce(feature, '') as feature, 1::bigint as requests, (price_id is null)::int::bigint as unpriced_requests,
  failed::int::bigint as failed_requests, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens,
  coalesce(input_cost, 0) as input_cost, coalesce(output_cost, 0) as output_cost, coalesce(cache_cost, 0) as cache_cost,
  case when failed then ${cost} else 0 end as failed_cost,
  case when purpose = 'generation' then ${cost} else 0 end as generation_cost,
  case when purpose = 'build' then ${cost} else 0 end as build_cost`;

function usageConditions(bindings: Bindings, filter: UsageFilter): Condition[] {
  const { userId: user_id, projectId: project_id, model, ...computed } = filter;
  return [
    ...equalities(bindings, { user_id, model }),
    ...projectIs(bindings, project_id),
    ...(computed.provider === undefined
      ? []
      : [{ rollup: "provider", rows: provider, value: bindings.bind(computed.provider) }]),
    ...(computed.feature === undefined
      ? []
      : [{ rollup: "feature", rows: "coalesce(feature, '')", value: bindings.bind(computed.feature) }]),
  ];
}

/**
 * The same of platform events. Columns: at, event, user_id, project_id ('' for none), events (bigint).
 *
 * Served by the primary key (event, bucket, …), platform_event_rollup_project and platform_event_rollup_user; the cut buckets
 * by platform_event_occurred_at. Name the event wherever the question does: no index starts with the bucket.
 */
export function platformEventSlice(bindings: Bindings, window: TimeWindow, filter: PlatformEventFilter = {}): string {
  const conditions = [...equalities(bindings, { user_id: filter.userId }), ...projectIs(bindings, filter.projectId)];
  if (typeof filter.event === "string") conditions.push(...equalities(bindings, { event: filter.event }));
  else if (filter.event !== undefined) {
    conditions.push({ rollup: "event", rows: "event", value: `any(${bindings.bind(filter.event)}::text[])` });
  }
  return slice(bindings, window, conditions, {
    rollup: "bucket as at, event, user_id, project_id, events from platform_event_rollup",
    rows: `occurred_at as at, event, coalesce(user_id, '') as user_id, coalesce(project_id, '') as project_id, 1::bigint as events
      from platform_event`,
  });
}

function projectIs(bindings: Bindings, projectId: string | readonly string[] | undefined): Condition[] {
  if (typeof projectId !== "object") return equalities(bindings, { project_id: projectId });
  return [{ rollup: "project_id", rows: "project_id", value: `any(${bindings.bind(projectId)}::text[])` }];
}

// A column must equal a bound value: how the rollup and the rows name it.
type Condition = { rollup: string; rows: string; value: string };

// A filter that is not asked for leaves no trace: `$1 is null or …` would keep the planner from its index.
function equalities(bindings: Bindings, filter: Record<string, string | undefined>): Condition[] {
  return Object.entries(filter).flatMap(([column, value]) =>
    value === undefined ? [] : [{ rollup: column, rows: column, value: bindings.bind(value) }],
  );
}

function slice(
  bindings: Bindings,
  window: TimeWindow,
  conditions: readonly Condition[],
  source: { rollup: string; rows: string; archivedTo?: string },
): string {
  const filters = (side: "rollup" | "rows"): string[] =>
    conditions.map((condition) => `${condition[side]} = ${condition.value}`);
  const within = (column: string, side: "rollup" | "rows", part: TimeWindow): string =>
    [
      `${column} >= ${bindings.bind(toInstant(part.from))}::timestamptz`,
      `${column} < ${bindings.bind(toInstant(part.to))}::timestamptz`,
      ...filters(side),
    ].join(" and ");
  const { whole, cut } = splitWindow(window);
  const parts = cut.flatMap((part) => {
    const rows = `select ${source.rows} where ${within("occurred_at", "rows", part)}`;
    if (source.archivedTo === undefined) return [rows];
    // Where rows are in files, a quarter of an hour counts as a whole if it begins in the window, else not at all.
    const bucket = toInstant(Math.floor(part.from / bucketMs) * bucketMs);
    const isArchived = `${bindings.bind(bucket)}::timestamptz < ${source.archivedTo}`;
    const kept = `${rows} and not ${isArchived}`;
    if (part.from % bucketMs !== 0) return [kept];
    const whole = { from: part.from, to: part.from + bucketMs };
    return [kept, `select ${source.rollup} where ${within("bucket", "rollup", whole)} and ${isArchived}`];
  });
  if (whole !== undefined) parts.unshift(`select ${source.rollup} where ${within("bucket", "rollup", whole)}`);
  // An empty window still needs its columns, and its bound values a use: PostgreSQL can't tell the type of one without.
  if (parts.length === 0) parts.push(`select ${source.rollup} where ${["false", ...filters("rollup")].join(" and ")}`);
  return `(${parts.join("\n union all ")})`;
}
