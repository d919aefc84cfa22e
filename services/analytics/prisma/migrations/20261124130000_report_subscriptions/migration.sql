-- Weekly reports -----------------------------------------------------------------------------------------------------------

create table report_subscription (
  subscription_key integer generated always as identity primary key,
  id uuid not null unique,
  scope text not null check (scope in ('platform', 'user', 'project')),
  -- '' for the platform.
  scope_id text not null,
  address text not null,
  timezone text not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  paused_at timestamptz(3),
  -- Of the receiver's own accord, by the link of a mail. The row stays, lest the address be subscribed again by mistake.
  unsubscribed_at timestamptz(3),
  -- The end of the latest window of the weekly job whose report is in the outbox: no earlier one follows it.
  reported_until timestamptz(0),
  last_report_at timestamptz(3),
  check ((scope = 'platform') = (scope_id = ''))
);
create unique index report_subscription_receiver on report_subscription (scope, scope_id, lower(address));

-- A report on its way or sent, by the hash of the token in its unsubscribe link.
create table report_mail (
  token_hash bytea primary key,
  subscription_key integer not null references report_subscription on delete cascade,
  -- Of its row in the outbox, which is dropped long before this one.
  delivery_key bigint not null,
  created_at timestamptz(3) not null
);
create index report_mail_subscription on report_mail (subscription_key);
create index report_mail_created_at on report_mail (created_at);

-- Messages that somebody has to look at.
create index outbox_gave_up on outbox (delivery_key) where gave_up_at is not null;
