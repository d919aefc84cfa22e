-- A row for each attempt at a window instead of one for each window: who ran it, until when it holds its claim, what each step
-- did. The table has some ten thousand rows a year, so that filling the new columns takes no time.

alter table job_run
  add column window_end timestamptz(0),
  -- From 1. A window is claimed by the primary key of its next attempt.
  add column attempt smallint not null default 1,
  add column status text,
  -- host:pid
  add column runner text not null default 'unknown',
  -- Renewed while it runs; once it is over, another replica takes the window.
  add column lease_until timestamptz(3),
  -- On somebody's demand, not by the schedule.
  add column by_hand boolean not null default false;

update job_run set
  window_end = window_start + case job when 'hourly' then interval '1 hour' when 'daily' then interval '1 day' else interval '7 days' end,
  status = case when finished_at is null then 'abandoned' when error is not null then 'failed' else 'done' end,
  finished_at = coalesce(finished_at, started_at),
  lease_until = started_at,
  -- What one run as a whole did, as a step of it.
  outcome = case when outcome is null then '[]'::jsonb else jsonb_build_array(jsonb_build_object('step', job, 'ms', 0, 'did', outcome)) end;

alter table job_run rename column outcome to steps;
alter table job_run
  alter column window_end set not null,
  alter column status set not null,
  alter column lease_until set not null,
  alter column steps set not null,
  alter column steps set default '[]',
  alter column runner drop default,
  alter column attempt drop default,
  add constraint job_run_status check (status in ('running', 'done', 'failed', 'abandoned', 'stopped')),
  drop constraint job_run_pkey,
  add primary key (job, window_start, attempt);
