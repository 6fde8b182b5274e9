-- Bulk jobs: what was asked for, how far it has come, and the files it has written. The work itself is a job of diga_job.

-- claims is what makes the principal again; plan what was asked for; position where to go on after a restart.
-- pending_key names the blob that is being written, so that a restart removes what a killed process left behind.
create table bulk_job (
  id text collate "C" primary key,
  kind text collate "C" not null check (kind in ('export', 'import')),
  owner text collate "C" not null,
  claims json not null,
  request text not null,
  request_id text not null,
  network text,
  plan json not null,
  position json not null,
  status text collate "C" not null check (status in ('active', 'complete', 'failed')),
  transaction_time timestamptz not null,
  ended timestamptz,
  expires timestamptz not null,
  pending_key text,
  failure text
);
create index bulk_job_active on bulk_job (owner) where status = 'active';
create index bulk_job_expiry on bulk_job (expires);

create table bulk_file (
  job text collate "C" not null references bulk_job on delete cascade,
  number integer not null,
  list text collate "C" not null check (list in ('output', 'deleted', 'error')),
  type text collate "C" not null,
  key text not null,
  lines integer not null,
  bytes bigint not null,
  primary key (job, number)
);
