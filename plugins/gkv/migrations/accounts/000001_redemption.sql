-- The side of the person. No column holds an activation code or a digest of one. Times are kept to the day, so that this
-- table and the protocol of the billing database cannot be joined by them.
create table gkv_redemption (
  id uuid primary key,
  patient text not null,
  state text not null check (state in ('PENDING', 'GRANTED', 'ACTIVE', 'REFUSED', 'ABANDONED')),
  -- Plain only while the redemption is under way; afterwards the keyed digest of it is all there is.
  billing_id uuid unique,
  billing_tag bytea not null unique,
  coverage_id uuid not null unique,
  digaveid text check (digaveid ~ '^[0-9]{8}$'),
  period_start text check (period_start ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
  period_end text check (period_end ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
  insurer_ik text,
  insurer_name text,
  error_number integer,
  created_on date not null,
  check (state in ('PENDING', 'GRANTED') or billing_id is null),
  check (state not in ('GRANTED', 'ACTIVE') or (digaveid is not null and period_start is not null and period_end is not null))
);
create index gkv_redemption_patient on gkv_redemption (patient);
create index gkv_redemption_open on gkv_redemption (id) where state in ('PENDING', 'GRANTED');

-- Attempts of the last hour; older ones are removed with the next attempt.
create table gkv_attempt (
  patient text not null,
  at timestamptz not null
);
create index gkv_attempt_patient on gkv_attempt (patient, at);
