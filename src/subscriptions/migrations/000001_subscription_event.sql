-- Writes that a Subscription is to be told of, stored in the transaction of the write. Delivered in the order of the
-- versions of each resource, then removed.
create table subscription_event (
  subscription text collate "C" not null,
  type text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  interaction text collate "C" not null check (interaction in ('create', 'update', 'delete')),
  attempts integer not null default 0,
  created timestamptz not null default now(),
  primary key (subscription, type, id, version)
);

-- Subscriptions whose receiver failed last, and until when it is left alone.
create table subscription_pause (
  subscription text collate "C" primary key,
  until timestamptz not null
);
