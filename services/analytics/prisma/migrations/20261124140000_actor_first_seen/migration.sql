-- New users of a period, and the cohorts that retention begins with. Of a column that changes only when an event arrives late, so
-- updates of actors stay heap-only.
create index actor_first_seen_at on actor (project_key, first_seen_at);
