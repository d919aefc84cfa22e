-- How long raw app events and usage records of a project stay in the database before they may be archived. A constant default:
-- no row is rewritten.
alter table project add column retention_days integer not null default 90 check (retention_days > 0);

-- A Parquet file of rows. Its row is written before the first byte of it, so that no file is ever forgotten.
create table archive (
  archive_key integer generated always as identity primary key,
  kind text not null check (kind in ('app_event', 'usage_record')),
  -- The UTC day of its rows; null for app events of days that had no partition of their own.
  day date,
  -- Within the store that ARCHIVE_URL names.
  path text not null unique,
  -- 'writing': its rows are in the database, the file is worth nothing. 'verified': written and read back, the rows still in the
  -- database. 'archived': the rows are in the file alone. 'restored': they are in the database again.
  state text not null check (state in ('writing', 'verified', 'archived', 'restored')),
  rows bigint not null,
  bytes bigint,
  sha256 text,
  -- Of the rows' identities (events) or of the whole rows (usage records), as PostgreSQL hashes them: tells whether they changed
  -- between the export and the removal.
  digest bigint not null,
  -- Of the rows' own times.
  first_at timestamptz(3) not null,
  last_at timestamptz(3) not null,
  created_at timestamptz(3) not null,
  verified_at timestamptz(3),
  archived_at timestamptz(3),
  restored_at timestamptz(3),
  -- A restored day is left alone until then.
  kept_until timestamptz(3)
);
create index archive_day on archive (kind, day);

-- What a file holds of each project.
create table archive_part (
  archive_key integer not null references archive (archive_key) on delete cascade,
  -- '' for usage records without a project.
  project_id text not null,
  rows bigint not null,
  -- Rows of the project that count by a time before this.
  cutoff timestamptz(3) not null,
  -- The end of the last quarter of an hour that one of its rows counts in, and was received in.
  counted_to timestamptz(0) not null,
  received_to timestamptz(0) not null,
  primary key (archive_key, project_id)
);

-- The identities of archived events, eight bytes each: an event that is sent again when its row is in a file is still known. Up to
-- 2,048 of them a row, sorted and side by side.
create table archived_event (
  project_key integer not null,
  day date not null,
  archive_key integer not null references archive (archive_key) on delete cascade,
  first_identity bytea not null,
  last_identity bytea not null,
  identities bytea not null,
  primary key (project_key, day, archive_key, first_identity)
);
create index archived_event_archive on archived_event (archive_key);

-- What stays of a usage record whose row is in a file: its id is its own for ever, and a retry gets the reply of the first try.
create table archived_usage (
  request_id text primary key,
  archive_key integer not null references archive (archive_key),
  content_hash bytea not null,
  price_id integer not null references model_price (price_id),
  price_provider text not null,
  input_cost numeric not null,
  output_cost numeric not null,
  cache_cost numeric not null,
  estimated boolean not null
);
create index archived_usage_archive on archived_usage (archive_key);
