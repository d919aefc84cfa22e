-- What was deleted of an actor who asked to be forgotten. Kept for good: it is the proof that it was done.
create table actor_erasure (
  erasure_key bigint generated always as identity primary key,
  id uuid not null unique,
  project_key integer not null references project (project_key),
  erased_at timestamptz(3) not null,
  requested_by text not null,
  -- SHA-256 of the id as it was sent. Whoever knows the id can find the receipt; nobody can find the id.
  actor_hash bytea not null,
  events bigint not null,
  sessions integer not null,
  shared_sessions integer not null,
  active_days integer not null,
  first_seen_at timestamptz(3) not null,
  last_seen_at timestamptz(3) not null,
  -- [{"day": "2026-01-31", "location": …}]: files that may still hold rows of the actor.
  archived_days jsonb not null default '[]'
);
create index actor_erasure_project on actor_erasure (project_key, erasure_key);
