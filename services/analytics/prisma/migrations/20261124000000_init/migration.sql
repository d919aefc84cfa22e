-- Needs PostgreSQL 14 or later and no extension.

-- Projects and credentials ---------------------------------------------------------------------------------------------

create table project (
  -- Event rows and rollups carry this number: a tenth of the width of most ids.
  project_key integer generated always as identity primary key,
  id text not null unique,
  name text not null,
  owner_id text,
  timezone text not null default 'UTC',
  events_per_minute integer not null default 1000 check (events_per_minute > 0),
  created_at timestamptz(3) not null,
  -- When the name was given: a rename that arrives late must not undo a newer one.
  named_at timestamptz(3) not null,
  deleted_at timestamptz(3)
);
create index project_created_at on project (created_at, project_key);

create table api_key (
  id uuid primary key,
  project_key integer not null references project (project_key),
  name text not null,
  prefix text not null,
  hash bytea not null unique,
  scopes text[] not null,
  created_at timestamptz(3) not null,
  last_used_at timestamptz(3),
  revoked_at timestamptz(3)
);
create index api_key_project on api_key (project_key, created_at, id);

create table service_token (
  id uuid primary key,
  name text not null,
  prefix text not null,
  hash bytea not null unique,
  scopes text[] not null,
  created_at timestamptz(3) not null,
  last_used_at timestamptz(3),
  revoked_at timestamptz(3)
);

create table audit_entry (
  entry_key bigint generated always as identity primary key,
  at timestamptz(3) not null,
  actor text not null,
  action text not null,
  target text not null,
  detail jsonb
);
create index audit_entry_at on audit_entry (at);

-- App events -----------------------------------------------------------------------------------------------------------

create table event_name (
  name_key integer generated always as identity primary key,
  project_key integer not null references project (project_key),
  type text not null,
  -- '' for an event without a name of its own.
  name text not null,
  unique (project_key, type, name)
);

create table device_profile (
  device_key integer generated always as identity primary key,
  -- Of the eight texts below, '' where one was not given: eight text columns would make an index wider than its table.
  hash uuid not null unique,
  platform text not null,
  os_version text not null,
  app_version text not null,
  app_build text not null,
  model text not null,
  manufacturer text not null,
  locale text not null,
  timezone text not null
);

-- One row an event that a client was told is stored. Identity: (project, occurred_at as the client sent it, event id).
-- Widest alignment first, so that no row has padding in its middle.
create table app_event (
  occurred_at timestamptz(3) not null,
  received_at timestamptz(3) not null,
  -- Where the device's clock was off: the time it should have said. Rollups count by coalesce(corrected_at, occurred_at).
  corrected_at timestamptz(3),
  project_key integer not null,
  name_key integer not null,
  device_key integer not null,
  is_bot boolean not null default false,
  -- The actor is a userId; false for an anonymousId, and where there is no actor.
  actor_is_user boolean not null default false,
  -- Client ids as 16 bytes: a canonical UUID is itself, any other text its hash (a version 8 UUID; text kept beside it).
  event_id uuid not null,
  session_id uuid not null,
  actor_id uuid,
  country text,
  event_id_text text,
  properties jsonb,
  primary key (project_key, occurred_at, event_id)
) partition by range (occurred_at);
-- Nearly empty: few clocks are off. Partitions are made `like` this table and take it along.
create index app_event_corrected_at on app_event (project_key, corrected_at) where corrected_at is not null;
-- The days that have no partition of their own: those of clocks that are years off, and any that was not made ahead of need.
-- Its rows move to their day's partition when that is made (partitions.ts).
create table app_event_default partition of app_event default;

create table project_rollup (
  project_key integer not null,
  bucket timestamptz(0) not null,
  events bigint not null,
  -- Sessions that began in this bucket.
  sessions bigint not null,
  -- The events by name: name_events[n] are those of name_keys[n], in the order of the keys, none twice. In one row with their
  -- sum, for a row a name would be nearly a row an event in all but the busiest projects.
  name_keys integer[] not null,
  name_events bigint[] not null,
  primary key (project_key, bucket)
) with (fillfactor = 80);
-- Of the key alone: an index on what changes would keep updates from being heap-only.
create index project_rollup_bucket on project_rollup (bucket);

-- To read the counts by name: a condition on project_key and bucket reaches the primary key.
create view event_rollup as
select project_key, bucket, name_key, named.events
from project_rollup cross join lateral unnest(name_keys, name_events) as named (name_key, events);

create table session (
  started_at timestamptz(3) not null,
  last_event_at timestamptz(3) not null,
  -- Of the event that gave the actor: the latest that has one, of several at that moment the one with the smallest actor_id. So
  -- the order of arrival does not matter.
  actor_at timestamptz(3),
  project_key integer not null,
  device_key integer not null,
  events integer not null,
  screens integer not null,
  session_id uuid not null,
  actor_id uuid,
  session_id_text text,
  primary key (project_key, session_id),
  check ((actor_id is null) = (actor_at is null))
);
create index session_started_at on session (project_key, started_at);

create table actor (
  first_seen_at timestamptz(3) not null,
  last_seen_at timestamptz(3) not null,
  project_key integer not null,
  actor_id uuid not null,
  -- 'user' for a userId, 'anonymous' for an anonymousId.
  kind text not null,
  id_text text not null,
  primary key (project_key, actor_id)
);

-- Bit n of buckets: the actor did something in the n-th quarter of an hour of that UTC day. So the active users of any day,
-- in any time zone, are an exact count over at most two rows an actor.
create table actor_day (
  day date not null,
  project_key integer not null,
  actor_id uuid not null,
  buckets bit(96) not null,
  primary key (project_key, day, actor_id)
);

-- What became of every event of every request that was judged, by the server's time when the request came. Written in the
-- transaction of the rows, and received is what the requests held: received = stored + duplicates + rejected, or something is wrong.
create table ingestion_ledger (
  project_key integer not null,
  bucket timestamptz(0) not null,
  received bigint not null,
  stored bigint not null,
  duplicates bigint not null,
  rejected bigint not null,
  primary key (project_key, bucket)
);

create table ingestion_rejection (
  project_key integer not null,
  bucket timestamptz(0) not null,
  -- One of the contract's rejectReasons.
  reason text not null,
  events bigint not null,
  primary key (project_key, bucket, reason)
);

-- Platform events ------------------------------------------------------------------------------------------------------

create table platform_event (
  event_id text primary key,
  event text not null,
  user_id text,
  project_id text,
  occurred_at timestamptz(3) not null,
  received_at timestamptz(3) not null,
  content_hash bytea not null,
  metadata jsonb
);
create index platform_event_occurred_at on platform_event (occurred_at, event);

-- '' stands for no user and no project: a primary key takes no nulls.
create table platform_event_rollup (
  bucket timestamptz(0) not null,
  event text not null,
  user_id text not null,
  project_id text not null,
  events bigint not null,
  primary key (event, bucket, project_id, user_id)
);
create index platform_event_rollup_project on platform_event_rollup (project_id, event, bucket);
create index platform_event_rollup_user on platform_event_rollup (user_id, event, bucket);

-- LLM usage and money --------------------------------------------------------------------------------------------------

-- What a model costs, in US dollars a million tokens, while the price holds. Amounts are never changed and rows never deleted:
-- records keep the id of the price that they were charged by. Only an end may be set.
create table model_price (
  price_id integer generated always as identity primary key,
  -- '' where it holds for every provider.
  provider text not null,
  model text not null,
  service_tier text not null default 'standard',
  input_per_million numeric not null check (input_per_million >= 0),
  output_per_million numeric not null check (output_per_million >= 0),
  -- Null where it is not known; what stands in for it then: see pricing.ts.
  cache_read_per_million numeric check (cache_read_per_million >= 0),
  cache_write_per_million numeric check (cache_write_per_million >= 0),
  cache_write_1h_per_million numeric check (cache_write_1h_per_million >= 0),
  -- Ascending steps [{"above": 200000, "input": "6", "output": "22.5", "cache_read": …, "cache_write": …, "cache_write_1h": …}]:
  -- a call with more input tokens than `above` is priced by the step as a whole.
  long_context jsonb not null default '[]',
  currency text not null default 'USD' check (currency = 'USD'),
  valid_from timestamptz(3) not null default '-infinity',
  -- Equal to valid_from: ended before it began.
  valid_to timestamptz(3) not null default 'infinity' check (valid_from <= valid_to),
  -- 'operator', 'brief', or a package with its version; they win in this order.
  source text not null,
  created_at timestamptz(3) not null
);
create index model_price_model on model_price (model, provider);

-- Other exact names of a model.
create table model_alias (
  provider text not null,
  alias text not null,
  model text not null,
  source text not null,
  created_at timestamptz(3) not null,
  primary key (provider, alias)
);

-- Sources whose prices were taken over: once each.
create table price_import (
  source text primary key,
  imported_at timestamptz(3) not null
);

-- Counts changes, for every replica to see; its row is the lock of all who change prices. `recosts` counts the changes of what
-- history cost.
create table price_revision (
  only_row boolean primary key default true check (only_row),
  prices bigint not null default 0,
  recosts bigint not null default 0
);
insert into price_revision default values;

create table usage_record (
  request_id text primary key,
  occurred_at timestamptz(3) not null,
  received_at timestamptz(3) not null,
  -- Cached tokens included.
  input_tokens bigint not null check (input_tokens >= 0),
  -- Reasoning tokens included.
  output_tokens bigint not null check (output_tokens >= 0),
  cache_read_tokens bigint not null default 0 check (cache_read_tokens >= 0),
  cache_write_tokens bigint not null default 0 check (cache_write_tokens >= 0),
  cache_write_1h_tokens bigint not null default 0 check (cache_write_1h_tokens >= 0),
  reasoning_tokens bigint not null default 0 check (reasoning_tokens >= 0),
  user_id text not null,
  project_id text,
  model text not null,
  provider text,
  feature text,
  tags text[],
  status text,
  -- Null where it was not said: standard.
  service_tier text,
  -- 'generation' or 'build': what the call was spent on (usage-record.ts).
  purpose text,
  failed boolean not null default false,
  duration_ms integer,
  content_hash bytea not null,
  -- The receipt: which price, and what the parts came to. All null while the model has no price.
  price_id integer references model_price (price_id),
  -- Of all input tokens.
  input_cost numeric,
  output_cost numeric,
  -- Of input_cost, that of cache reads and writes.
  cache_cost numeric,
  check (cache_read_tokens + cache_write_tokens <= input_tokens),
  check (cache_write_1h_tokens <= cache_write_tokens),
  check (reasoning_tokens <= output_tokens),
  check (num_nulls(price_id, input_cost, output_cost, cache_cost) in (0, 4))
);
create index usage_record_occurred_at on usage_record (occurred_at);
create index usage_record_user on usage_record (user_id, occurred_at);
create index usage_record_project on usage_record (project_id, occurred_at);
-- Nearly empty; covers the list of models without a price.
create index usage_record_unpriced on usage_record (model, occurred_at, request_id)
  include (provider, input_tokens, output_tokens) where price_id is null;

create table usage_rollup (
  bucket timestamptz(0) not null,
  user_id text not null,
  -- '' stands for none, here as in the two below.
  project_id text not null,
  model text not null,
  -- As it was sent, else of the price.
  provider text not null,
  feature text not null,
  requests bigint not null,
  unpriced_requests bigint not null,
  failed_requests bigint not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  cache_read_tokens bigint not null,
  cache_write_tokens bigint not null,
  reasoning_tokens bigint not null,
  input_cost numeric not null,
  output_cost numeric not null,
  cache_cost numeric not null,
  -- Of the costs above, those of calls that failed, and those spent on generations and builds.
  failed_cost numeric not null,
  generation_cost numeric not null,
  build_cost numeric not null,
  primary key (user_id, bucket, project_id, model, provider, feature)
);
create index usage_rollup_project on usage_rollup (project_id, bucket);
create index usage_rollup_bucket on usage_rollup (bucket);

-- The same for each tag of a call: a call with three tags is in three rows.
create table usage_tag_rollup (
  tag text not null,
  like usage_rollup including constraints,
  primary key (tag, bucket, user_id, project_id, model, provider, feature)
);
create index usage_tag_rollup_bucket on usage_tag_rollup (bucket);

-- Records that came under the id of another one and were refused; the newest five thousand.
create table usage_conflict (
  conflict_key bigint generated always as identity primary key,
  request_id text not null,
  content_hash bytea not null,
  first_at timestamptz(3) not null,
  last_at timestamptz(3) not null,
  count integer not null,
  sent_by text not null,
  content jsonb not null,
  unique (request_id, content_hash)
);

-- Budgets --------------------------------------------------------------------------------------------------------------

create table budget (
  budget_key integer generated always as identity primary key,
  id uuid not null unique,
  name text,
  scope text not null check (scope in ('platform', 'user', 'project', 'feature')),
  -- '' for the platform.
  scope_id text not null check ((scope = 'platform') = (scope_id = '')),
  period text not null check (period in ('day', 'week', 'month', 'quarter', 'year')),
  timezone text not null,
  limit_usd numeric not null check (limit_usd > 0),
  mode text not null check (mode in ('soft', 'hard')),
  -- Ascending percentages.
  thresholds integer[] not null,
  -- [{"type": "log"}, {"type": "email", "to": …}, {"type": "webhook", "url": …, "secret": …}]
  channels jsonb not null,
  -- The start of the period in which it was made, or made hard: nothing before it is counted.
  counted_from timestamptz(0) not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null
);
create index budget_scope on budget (scope, scope_id);

-- What a hard budget's period has come to: the sum of usage_rollup's costs of its scope in [period_start, period_end), kept in
-- the transaction of the records. Its row is the lock of all who ask whether a call still fits. Soft budgets have none.
create table budget_spend (
  budget_key integer not null references budget (budget_key) on delete cascade,
  period_start timestamptz(0) not null,
  period_end timestamptz(0) not null,
  spent numeric not null,
  primary key (budget_key, period_start)
);

-- Money held for a call under way, until its record comes (which deletes the row) or it expires (when it stops to count).
create table budget_hold (
  request_id text not null,
  budget_key integer not null references budget (budget_key) on delete cascade,
  period_start timestamptz(0) not null,
  amount numeric not null check (amount > 0),
  expires_at timestamptz(3) not null,
  primary key (request_id, budget_key)
);
create index budget_hold_open on budget_hold (budget_key, period_start, expires_at) include (amount);
create index budget_hold_expires_at on budget_hold (expires_at);

-- A threshold that was crossed: once for each budget, period and threshold, whoever sees it first.
create table budget_alert (
  alert_key bigint generated always as identity unique,
  budget_key integer not null references budget (budget_key) on delete cascade,
  period_start timestamptz(0) not null,
  period_end timestamptz(0) not null,
  threshold integer not null,
  spent numeric not null,
  limit_usd numeric not null,
  at timestamptz(3) not null,
  -- Null until its messages are in the outbox.
  announced_at timestamptz(3),
  primary key (budget_key, period_start, threshold)
);
create index budget_alert_unannounced on budget_alert (alert_key) where announced_at is null;

-- Messages ---------------------------------------------------------------------------------------------------------------

-- What is to be sent, written in the transaction of its cause and sent by whichever replica claims it.
create table outbox (
  delivery_key bigint generated always as identity primary key,
  -- Of its cause: writing it again changes nothing.
  dedupe_key text not null unique,
  kind text not null check (kind in ('log', 'mail', 'webhook')),
  payload jsonb not null,
  created_at timestamptz(3) not null,
  -- Before this nobody tries; a claim moves it past the end of its lease.
  next_attempt_at timestamptz(3) not null,
  attempts integer not null default 0,
  delivered_at timestamptz(3),
  gave_up_at timestamptz(3),
  last_error text,
  check (delivered_at is null or gave_up_at is null)
);
create index outbox_due on outbox (next_attempt_at) where delivered_at is null and gave_up_at is null;

-- Jobs -----------------------------------------------------------------------------------------------------------------

create table job_run (
  job text not null,
  window_start timestamptz(0) not null,
  started_at timestamptz(3) not null,
  finished_at timestamptz(3),
  outcome jsonb,
  error text,
  primary key (job, window_start)
);
