-- One row per job. A row is in exactly one of three states:
--   waiting  runner is null     and failed_at is null
--   running  runner is not null and failed_at is null
--   failed   failed_at is not null: all attempts are used up; kept until somebody looks
create table diga_job (
  id bigint generated always as identity primary key,
  name text not null,
  key text,
  payload json not null,
  run_at timestamptz not null default now(),
  attempt integer not null default 0,
  max_attempts integer not null,
  runner integer,
  failed_at timestamptz,
  last_error text,
  check (runner is null or failed_at is null)
);

create index diga_job_waiting on diga_job (run_at, id) where runner is null and failed_at is null;
create index diga_job_running on diga_job (runner) where runner is not null;
create unique index diga_job_key_waiting on diga_job (name, key) where runner is null and failed_at is null;
create unique index diga_job_key_running on diga_job (name, key) where runner is not null;

-- Rows come and go all the time: vacuum early, so that the index of waiting jobs stays small.
alter table diga_job set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

-- Number of a runner: one connection that holds the advisory lock of that number for as long as it lives.
create sequence diga_job_runner as integer cycle;

create table diga_job_schedule (
  name text primary key,
  cron text not null,
  next_at timestamptz not null
);
