/** Two ways to the same rows: `stored` as they are kept, `recounted` from the raw rows. Both have the keys and the fields. */
export type Check = {
  name: string;
  keys: readonly string[];
  fields: readonly string[];
  /** Fields are counts, and a missing row counts as zeros. */
  emptyIsZero: boolean;
  stored: string;
  recounted: string;
};

// The time that an event counts by, and the start of its bucket.
const at = "coalesce(corrected_at, occurred_at)";

function bucket(instant: string): string {
  return `date_bin('15 minutes', ${instant}, timestamptz '1970-01-01 00:00:00+00')`;
}

/** Every table that is kept in step with raw rows, and the receipts, which are arithmetic over their own row. */
export const checks: readonly Check[] = [
  eventRollup(),
  projectRollup(),
  session(),
  actor(),
  actorDay(),
  platformEventRollup(),
  usageRollup(),
  receipts(),
];

function eventRollup(): Check {
  return counted({
    name: "event_rollup",
    keys: ["project_key", "bucket", "name_key"],
    fields: ["events"],
    recounted: `select project_key, ${bucket(at)} as bucket, name_key, count(*) as events
      from app_event group by 1, 2, 3`,
  });
}

function projectRollup(): Check {
  return counted({
    name: "project_rollup",
    keys: ["project_key", "bucket"],
    fields: ["events", "sessions"],
    recounted: `select project_key, bucket, sum(events) as events, sum(sessions) as sessions
      from (
        select project_key, ${bucket(at)} as bucket, count(*) as events, 0 as sessions from app_event group by 1, 2
        union all
        select project_key, ${bucket("started_at")} as bucket, 0 as events, count(*) as sessions
        from (select project_key, min(${at}) as started_at from app_event group by project_key, session_id) as begun
        group by 1, 2
      ) as parts
      group by 1, 2`,
  });
}

function session(): Check {
  return kept({
    name: "session",
    keys: ["project_key", "session_id"],
    fields: ["started_at", "last_event_at", "events", "screens", "device_key"],
    recounted: `select app_event.project_key, session_id, min(${at}) as started_at, max(${at}) as last_event_at,
        count(*) as events, count(*) filter (where type = 'screen_view') as screens,
        (array_agg(device_key order by ${at}, device_key))[1] as device_key
      from app_event join event_name using (name_key) group by 1, 2`,
  });
}

function actor(): Check {
  return kept({
    name: "actor",
    keys: ["project_key", "actor_id"],
    fields: ["first_seen_at", "last_seen_at"],
    recounted: `select project_key, actor_id, min(${at}) as first_seen_at, max(${at}) as last_seen_at
      from app_event where actor_id is not null group by 1, 2`,
  });
}

function actorDay(): Check {
  return kept({
    name: "actor_day",
    keys: ["project_key", "day", "actor_id"],
    fields: ["buckets"],
    recounted: `select project_key, day, actor_id, bit_or(set_bit(repeat('0', 96)::bit(96), quarter, 1)) as buckets
      from (
        select distinct project_key, utc::date as day, actor_id, floor(extract(epoch from utc::time) / 900)::integer as quarter
        from (select project_key, actor_id, ${at} at time zone 'UTC' as utc from app_event where actor_id is not null) as seen
      ) as active
      group by 1, 2, 3`,
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
    keys: ["user_id", "bucket", "project_id", "model"],
    fields: ["requests", "unpriced_requests", "input_tokens", "output_tokens", "input_cost", "output_cost"],
    recounted: `select user_id, ${bucket("occurred_at")} as bucket, coalesce(project_id, '') as project_id, model,
        count(*) as requests, count(*) filter (where price_id is null) as unpriced_requests,
        sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens,
        coalesce(sum(input_cost), 0) as input_cost, coalesce(sum(output_cost), 0) as output_cost
      from usage_record group by 1, 2, 3, 4`,
  });
}

function receipts(): Check {
  return {
    name: "receipts",
    keys: ["request_id"],
    fields: ["input_cost", "output_cost"],
    emptyIsZero: false,
    stored: "select request_id, input_cost, output_cost from usage_record",
    // Times a millionth instead of by a million: a product of numerics is exact, a quotient is rounded.
    recounted: `select request_id, input_tokens * input_per_million * 0.000001 as input_cost,
        output_tokens * output_per_million * 0.000001 as output_cost
      from usage_record left join model_price using (price_id)`,
  };
}

type TableCheck = Pick<Check, "name" | "keys" | "fields" | "recounted">;

function counted(check: TableCheck): Check {
  return { ...check, emptyIsZero: true, stored: rowsOf(check) };
}

function kept(check: TableCheck): Check {
  return { ...check, emptyIsZero: false, stored: rowsOf(check) };
}

function rowsOf({ name, keys, fields }: TableCheck): string {
  return `select ${[...keys, ...fields].join(", ")} from ${name}`;
}
