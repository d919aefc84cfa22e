-- The sessions of one actor. Written once a session: its columns change when a session gets its actor and when an event arrives late,
-- so updates of sessions stay heap-only.
create index session_actor on session (project_key, actor_id, started_at) where actor_id is not null;
