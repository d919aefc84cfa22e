import { rollupCost, scopeColumns } from "./budget-sums.js";
import { usageRow, usageSums } from "./slices.js";
import type { Check } from "./verify-check.js";
import { isRetained, withEventHorizon, withUsageHorizon } from "./verify-retained.js";
import { summaryChecks } from "./verify-summaries.js";

// The time that an event counts by, and the start of its bucket.
const at = "coalesce(corrected_at, occurred_at)";

function bucket(instant: string): string {
  return `date_bin('15 minutes', ${instant}, timestamptz '1970-01-01 00:00:00+00')`;
}

const startOfDay = "day::timestamp at time zone 'UTC'";

// Of a session that began before, the first rows may be in a file.
const begunSessions = `select project_key, first.started_at
  from (select project_key, session_id, min(${at}) as started_at from app_event group by 1, 2) as first
  left join session as kept using (project_key, session_id) ${withEventHorizon}
  where ${isRetained("coalesce(kept.started_at, first.started_at)")}`;

const usageKeys = ["user_id", "bucket", "project_id", "model", "provider", "feature"];

/**
 * That no event is there twice; every table that is kept in step with raw rows, as far as these are in the database
 * (verify-retained.ts); and the receipts, which are arithmetic over their own row.
 */
export const checks: readonly Check[] = [
  eventIdentity(),
  eventRollup(),
  projectRollup(),
  session(),
  actor(),
  actorDay(),
  correctedDay(),
  ingestionLedger(),
  platformEventRollup(),
  usageRollup(),
  usageTagRollup(),
  receipts(),
  budgetSpend(),
  ...summaryChecks,
];

/** A primary key holds within its partition; that a row of the default partition is in no other is for partitions.ts to see to. */
function eventIdentity(): Check {
  return {
    name: "app_event",
    keys: ["project_key", "occurred_at", "event_id"],
    fields: ["copies"],
    emptyIsZero: true,
    stored: "select project_key, occurred_at, event_id, 1 as copies from app_event_default",
    recounted: `select project_key, occurred_at, event_id, count(*) as copies
      from app_event_default join app_event using (project_key, occurred_at, event_id) group by 1, 2, 3`,
  };
}

function eventRollup(): Check {
  return counted({
    name: "event_rollup",
    keys: ["project_key", "bucket", "name_key"],
    fields: ["events"],
    from: `event_rollup ${withEventHorizon} where ${isRetained("bucket")}`,
    recounted: `select project_key, bucket, name_key, events
      from (select project_key, ${bucket(at)} as bucket, name_key, count(*) as events from app_event group by 1, 2, 3) as rows
      ${withEventHorizon} where ${isRetained("bucket")}`,
  });
}

function projectRollup(): Check {
  return counted({
    name: "project_rollup",
    keys: ["project_key", "bucket"],
    fields: ["events", "sessions"],
    from: `project_rollup ${withEventHorizon} where ${isRetained("bucket")}`,
    recounted: `select project_key, bucket, sum(events) as events, sum(sessions) as sessions
      from (
        select project_key, ${bucket(at)} as bucket, count(*) as events, 0 as sessions from app_event group by 1, 2
        union all
        select project_key, ${bucket("started_at")} as bucket, 0 as events, count(*) as sessions
        from (${begunSessions}) as begun
        group by 1, 2
      ) as parts
      ${withEventHorizon} where ${isRetained("bucket")}
      group by 1, 2`,
  });
}

function session(): Check {
  return kept({
    name: "session",
    keys: ["project_key", "session_id"],
    fields: [
      "started_at",
      "last_event_at",
      "events",
      "screens",
      "device_key",
      "actor_id",
      "actor_at",
      "session_id_text",
    ],
    from: `session ${withEventHorizon} where ${isRetained("started_at")}`,
    recounted: `select counted.*, ${textOf("kept.session_id_text", "session_id")} as session_id_text
      from (
        select app_event.project_key, session_id, min(${at}) as started_at, max(${at}) as last_event_at,
          count(*) as events, count(*) filter (where type = 'screen_view') as screens,
          (array_agg(device_key order by ${at}, device_key))[1] as device_key,
          (array_agg(actor_id order by ${at} desc, actor_id) filter (where actor_id is not null))[1] as actor_id,
          max(${at}) filter (where actor_id is not null) as actor_at
        from app_event join event_name using (name_key) group by 1, 2
      ) as counted left join session as kept using (project_key, session_id) ${withEventHorizon}
      where ${isRetained("coalesce(kept.started_at, counted.started_at)")}`,
  });
}

function actor(): Check {
  return kept({
    name: "actor",
    keys: ["project_key", "actor_id"],
    fields: ["first_seen_at", "last_seen_at", "kind", "id_text"],
    from: `actor ${withEventHorizon} where ${isRetained("last_seen_at")}`,
    // When an actor was seen first, and as what, may be known from rows in files.
    recounted: `select project_key, actor_id, counted.last_seen_at,
        case when ${isRetained("kept.first_seen_at")} then counted.first_seen_at else kept.first_seen_at end as first_seen_at,
        case when ${isRetained("kept.first_seen_at")} then counted.kind else kept.kind end as kind,
        ${textOf("kept.id_text", "actor_id")} as id_text
      from (
        select project_key, actor_id, min(${at}) as first_seen_at, max(${at}) as last_seen_at,
          case when bool_or(actor_is_user) then 'user' else 'anonymous' end as kind
        from app_event where actor_id is not null group by 1, 2
      ) as counted left join actor as kept using (project_key, actor_id) ${withEventHorizon}
      where ${isRetained("counted.last_seen_at")}`,
  });
}

// Raw rows have the key of a text alone: the kept text is right where its key is that key, else it counts as missing.
function textOf(text: string, key: string): string {
  const hex = `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`;
  const part = (from: number, length: number): string => `substr(${hex}, ${from}, ${length})`;
  // As idKey() makes it: version 8, and the variant's two bits in place of the upper half of the 17th digit.
  const variant = `translate(${part(17, 1)}, '0123456789abcdef', '89ab89ab89ab89ab')`;
  const hashed = `${part(1, 12)} || '8' || ${part(14, 3)} || ${variant} || ${part(18, 15)}`;
  return `case when ${key}::text = ${text} or ${key} = (${hashed})::uuid then ${text} end`;
}

function actorDay(): Check {
  return kept({
    name: "actor_day",
    keys: ["project_key", "day", "actor_id"],
    fields: ["buckets"],
    from: `actor_day ${withEventHorizon} where ${isRetained(startOfDay)}`,
    recounted: `select project_key, day, actor_id, bit_or(set_bit(repeat('0', 96)::bit(96), quarter, 1)) as buckets
      from (
        select distinct project_key, utc::date as day, actor_id, floor(extract(epoch from utc::time) / 900)::integer as quarter
        from (select project_key, actor_id, ${at} at time zone 'UTC' as utc from app_event where actor_id is not null) as seen
      ) as active
      ${withEventHorizon} where ${isRetained(startOfDay)}
      group by 1, 2, 3`,
  });
}

// A day that has lost its events, or whose events lie in a file, may still be noted.
function correctedDay(): Check {
  const keys = ["project_key", "bucket", "day"];
  const days = `select distinct project_key, ${bucket("corrected_at")} as bucket, (occurred_at at time zone 'UTC')::date as day
    from app_event where corrected_at is not null`;
  return {
    name: "corrected_day",
    keys,
    fields: ["noted"],
    emptyIsZero: true,
    stored: `select project_key, bucket, day, 1 as noted from corrected_day join (${days}) as corrected using (${keys.join(", ")})`,
    recounted: `select project_key, bucket, day, 1 as noted from (${days}) as corrected`,
  };
}

// Its own sums, and the rows that it says are stored, those that were erased since among them.
function ingestionLedger(): Check {
  return counted({
    name: "ingestion_ledger",
    keys: ["project_key", "bucket"],
    fields: ["received", "stored", "rejected"],
    recounted: `select project_key, bucket, ledger.stored + ledger.duplicates + ledger.rejected as received,
        case when bucket < horizon.received_to then ledger.stored else coalesce(rows.events, 0) + coalesce(ledger.erased, 0) end as stored,
        coalesce(reasons.events, 0) as rejected
      from ingestion_ledger as ledger
      full join (select project_key, ${bucket("received_at")} as bucket, count(*) as events from app_event group by 1, 2) as rows
        using (project_key, bucket)
      full join (select project_key, bucket, sum(events) as events from ingestion_rejection group by 1, 2) as reasons
        using (project_key, bucket)
      ${withEventHorizon}`,
  });
}

function platformEventRollup(): Check {
  return counted({
    name: "platform_event_rollup",
    keys: ["event", "bucket", "project_id", "user_id"],
    fields: ["events"],
    recounted: `select event, ${bucket("occurred_at")} as bucket, coalesce(project_id, '') as project_id,
        coalesce(user_id, '') as user_id, count(*) as events
      from platform_event group by 1, 2, 3, 4`,
  });
}

function usageRollup(): Check {
  return counted({
    name: "usage_rollup",
    keys: usageKeys,
    fields: usageSums,
    from: `usage_rollup ${withUsageHorizon} where ${isRetained("bucket")}`,
    recounted: recountUsage(usageKeys, "usage_record"),
  });
}

function usageTagRollup(): Check {
  const keys = ["tag", ...usageKeys];
  return counted({
    name: "usage_tag_rollup",
    keys,
    fields: usageSums,
    from: `usage_tag_rollup ${withUsageHorizon} where ${isRetained("bucket")}`,
    recounted: recountUsage(keys, "usage_record cross join lateral (select distinct unnest(tags) as tag) as tagged"),
  });
}

function recountUsage(keys: readonly string[], from: string): string {
  const tag = keys.includes("tag") ? "tag, " : "";
  return `select ${keys.join(", ")}, ${usageSums.map((field) => `sum(${field}) as ${field}`).join(", ")}
    from (select ${tag}${bucket("occurred_at")} as bucket, ${usageRow} from ${from}) as calls
    ${withUsageHorizon} where ${isRetained("bucket")}
    group by ${keys.join(", ")}`;
}

// Every receipt is arithmetic over its own row and its price.
function receipts(): Check {
  const unit = (name: string): string =>
    `case when step is null then ${name}_per_million else (step ->> '${name}')::numeric end`;
  // Times a millionth instead of by a million: a product of numerics is exact, a quotient is rounded.
  return {
    name: "receipts",
    keys: ["request_id"],
    fields: ["input_cost", "output_cost", "cache_cost"],
    emptyIsZero: false,
    stored: "select request_id, input_cost, output_cost, cache_cost from usage_record",
    recounted: `select request_id,
        case when price_id is not null
          then (input_tokens - cache_read_tokens - cache_write_tokens) * input * 0.000001 + cost_of_cache end as input_cost,
        output_tokens * output * 0.000001 as output_cost, cost_of_cache as cache_cost
      from (
        select request_id, price_id, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, input, output, case when price_id is not null then
          (cache_read_tokens * coalesce(cache_read, input)
            + (cache_write_tokens - cache_write_1h_tokens) * coalesce(cache_write, input)
            + cache_write_1h_tokens * coalesce(cache_write_1h, cache_write, input)) * 0.000001 end as cost_of_cache
        from usage_record left join model_price using (price_id)
        left join lateral (
          select step from jsonb_array_elements(long_context) as step
          where (step ->> 'above')::bigint < input_tokens order by (step ->> 'above')::bigint desc limit 1
        ) as steps on true
        cross join lateral (
          select ${unit("input")} as input, ${unit("output")} as output, ${unit("cache_read")} as cache_read,
            ${unit("cache_write")} as cache_write, ${unit("cache_write_1h")} as cache_write_1h
        ) as units
      ) as calls`,
  };
}

// What a hard budget spent is the sum of the rollup of its scope over the period's rows; costs that no period has are one of their own.
function budgetSpend(): Check {
  const ofScope = Object.entries(scopeColumns).map(([scope, column]) => `scope = '${scope}' and ${column} = scope_id`);
  return counted({
    name: "budget_spend",
    keys: ["budget_key", "period_start"],
    fields: ["spent"],
    recounted: `select budget.budget_key, coalesce(period_start, bucket) as period_start, sum(${rollupCost}) as spent
      from budget
      join usage_rollup on bucket >= counted_from and (scope = 'platform' or ${ofScope.join(" or ")})
      left join budget_spend
        on budget_spend.budget_key = budget.budget_key and bucket >= period_start and bucket < period_end
      where mode = 'hard'
      group by 1, 2`,
  });
}

/** `from`: the table where it is not compared as a whole. */
type TableCheck = Pick<Check, "name" | "keys" | "fields" | "recounted"> & { from?: string };

function counted({ from, ...check }: TableCheck): Check {
  return { ...check, emptyIsZero: true, stored: rowsOf(check, from) };
}

function kept({ from, ...check }: TableCheck): Check {
  return { ...check, emptyIsZero: false, stored: rowsOf(check, from) };
}

function rowsOf({ name, keys, fields }: TableCheck, from = name): string {
  return `select ${[...keys, ...fields].join(", ")} from ${from}`;
}
