-- Days that are over, in UTC, in sums. Rollups stay the truth: these rows are what they come to, so that questions about long
-- periods read a row a day.
create table daily_summary (
  day date not null,
  scope text not null check (scope in ('platform', 'user', 'project')),
  -- '' for the platform. A project by its id, registered or not.
  scope_id text not null check ((scope = 'platform') = (scope_id = '')),
  requests bigint not null default 0,
  unpriced_requests bigint not null default 0,
  failed_requests bigint not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  generations bigint not null default 0,
  generation_failures bigint not null default 0,
  builds bigint not null default 0,
  build_failures bigint not null default 0,
  -- Of apps, and so zero for users.
  app_events bigint not null default 0,
  app_sessions bigint not null default 0,
  -- Different actors; of the platform, an actor of two projects counts twice.
  active_users bigint not null default 0,
  input_cost numeric not null default 0,
  output_cost numeric not null default 0,
  failed_cost numeric not null default 0,
  generation_cost numeric not null default 0,
  build_cost numeric not null default 0,
  primary key (scope, day, scope_id)
);
create index daily_summary_scope_id on daily_summary (scope_id, scope, day);

-- The apps together, by quarters of an hour of those days: days of other time zones, and hours, are made of them.
create table app_bucket_summary (
  bucket timestamptz(0) primary key,
  events bigint not null,
  sessions bigint not null
);

-- Different actors of a project in each calendar day, week (from Monday) and month that is over, in the project's time zone and in
-- UTC. No row: nobody. project_key 0: all projects together, in UTC.
create table active_summary (
  starts_on date not null,
  project_key integer not null,
  active_users integer not null,
  unit text not null check (unit in ('day', 'week', 'month')),
  timezone text not null,
  primary key (timezone, unit, starts_on, project_key)
);
create index active_summary_project on active_summary (project_key, timezone, unit, starts_on);

-- Locked as a table by whoever sums up.
create table summary_progress (
  only_row boolean primary key default true check (only_row),
  -- The midnight that all days before are in the tables above.
  closed_before timestamptz(0) not null,
  -- Whoever changes a rollup of an earlier day notes the change in one of the two tables below, in the same transaction.
  noted_before timestamptz(0) not null,
  check (closed_before <= noted_before)
);
insert into summary_progress (closed_before, noted_before) values ('0001-01-01 00:00:00+00', '0001-01-01 00:00:00+00');

-- What came late: rollups have it already, summaries not yet. Whoever reads a summary adds it; the hourly job moves it there.
create table late_app_change (
  bucket timestamptz(0) not null,
  project_key integer not null,
  events bigint not null,
  sessions bigint not null
);

create table late_platform_change (
  day date not null,
  user_id text not null,
  project_id text not null,
  requests bigint not null default 0,
  unpriced_requests bigint not null default 0,
  failed_requests bigint not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  generations bigint not null default 0,
  generation_failures bigint not null default 0,
  builds bigint not null default 0,
  build_failures bigint not null default 0,
  input_cost numeric not null default 0,
  output_cost numeric not null default 0,
  failed_cost numeric not null default 0,
  generation_cost numeric not null default 0,
  build_cost numeric not null default 0
);
