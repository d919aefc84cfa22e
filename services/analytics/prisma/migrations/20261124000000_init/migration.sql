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

create table event_rollup (
  project_key integer not null,
  name_key integer not null,
  bucket timestamptz(0) not null,
  events bigint not null,
  primary key (project_key, bucket, name_key)
);

create table project_rollup (
  project_key integer not null,
  bucket timestamptz(0) not null,
  events bigint not null,
  -- Sessions that began in this bucket.
  sessions bigint not null,
  primary key (project_key, bucket)
);
-- Of the key alone: an index on what changes would keep updates from being heap-only.
create index project_rollup_bucket on project_rollup (bucket);

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

create table model_price (
  price_id integer generated always as identity primary key,
  provider text not null,
  model text not null,
  input_per_million numeric not null check (input_per_million >= 0),
  output_per_million numeric not null check (output_per_million >= 0),
  currency text not null default 'USD' check (currency = 'USD'),
  valid_from timestamptz(3) not null default '-infinity',
  valid_to timestamptz(3) not null default 'infinity',
  source text not null,
  created_at timestamptz(3) not null,
  check (valid_from < valid_to),
  unique (model, valid_from, source)
);

create table usage_record (
  request_id text primary key,
  occurred_at timestamptz(3) not null,
  received_at timestamptz(3) not null,
  input_tokens bigint not null check (input_tokens >= 0),
  output_tokens bigint not null check (output_tokens >= 0),
  user_id text not null,
  project_id text,
  model text not null,
  provider text,
  feature text,
  tags text[],
  status text,
  duration_ms integer,
  content_hash bytea not null,
  -- The receipt: which price, and what each part came to. All null while the model has no price.
  price_id integer references model_price (price_id),
  input_cost numeric,
  output_cost numeric,
  check ((price_id is null) = (input_cost is null) and (price_id is null) = (output_cost is null))
);
create index usage_record_occurred_at on usage_record (occurred_at);
create index usage_record_user on usage_record (user_id, occurred_at);
create index usage_record_project on usage_record (project_id, occurred_at);

create table usage_rollup (
  bucket timestamptz(0) not null,
  user_id text not null,
  -- '' stands for no project.
  project_id text not null,
  model text not null,
  requests bigint not null,
  unpriced_requests bigint not null,
  input_tokens bigint not null,
  output_tokens bigint not null,
  input_cost numeric not null,
  output_cost numeric not null,
  primary key (user_id, bucket, project_id, model)
);
create index usage_rollup_project on usage_rollup (project_id, bucket);
create index usage_rollup_bucket on usage_rollup (bucket);

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
