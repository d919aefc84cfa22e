-- Where events lie whose device's clock was corrected: by the quarter of an hour that they count in, the UTC days of the device's own
-- time, by which app_event is partitioned. Without it a question about one quarter would look into every partition. A row may
-- outlive its events.
create table corrected_day (
  project_key integer not null,
  bucket timestamptz(0) not null,
  -- Of occurred_at.
  day date not null,
  primary key (project_key, bucket, day)
);
-- Of all projects together.
create index corrected_day_bucket on corrected_day (bucket);

insert into corrected_day (project_key, bucket, day)
select distinct project_key, date_bin('15 minutes', corrected_at, timestamptz '1970-01-01 00:00:00+00'), (occurred_at at time zone 'UTC')::date
from app_event where corrected_at is not null;
