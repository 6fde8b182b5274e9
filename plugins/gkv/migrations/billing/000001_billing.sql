-- The side of the money. Nothing here names a person, an account or a FHIR resource.
create table gkv_activation (
  billing_id uuid primary key,
  state text not null check (state in ('VERIFYING', 'VERIFIED', 'REFUSED', 'MANUAL', 'ABANDONED')),
  -- HMAC-SHA-256 under the pepper of the billing side.
  code_hmac bytea,
  -- Only until the code is refused or stands in its invoice.
  code_sealed bytea,
  kostentraegerkuerzel text,
  ik_krankenkasse text,
  verfahren text check (verfahren in ('EDFC0', 'TDFC0')),
  attempts integer not null default 0,
  claimed_until timestamptz,
  started_at timestamptz not null,
  decided_at timestamptz,
  last_failure text,
  digaveid text check (digaveid ~ '^[0-9]{8}$'),
  service_day text check (service_day ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
  error_number integer,
  check (state <> 'VERIFIED' or (digaveid is not null and service_day is not null and code_hmac is not null)),
  check (state not in ('REFUSED', 'ABANDONED') or code_sealed is null)
);
-- A code belongs to one activation, for ever once it is verified. A refused one may be tried again.
create unique index gkv_activation_code on gkv_activation (code_hmac) where state in ('VERIFYING', 'VERIFIED', 'MANUAL');
create index gkv_activation_code_all on gkv_activation (code_hmac, started_at);
create index gkv_activation_open on gkv_activation (billing_id) where state = 'VERIFYING';

create function gkv_activation_guard() returns trigger language plpgsql as $$
begin
  if old.billing_id <> new.billing_id or old.code_hmac is distinct from new.code_hmac then
    raise exception 'the code of an activation does not change';
  end if;
  if old.state in ('VERIFIED', 'REFUSED', 'ABANDONED') and
     (old.state, old.digaveid, old.service_day, old.error_number, old.decided_at)
       is distinct from (new.state, new.digaveid, new.service_day, new.error_number, new.decided_at) then
    raise exception 'a decided activation does not change';
  end if;
  return new;
end $$;
create trigger gkv_activation_guard before update on gkv_activation for each row execute function gkv_activation_guard();

create sequence gkv_invoice_number as bigint;

create table gkv_invoice (
  number text primary key check (number ~ '^.{0,19}[0-9]$'),
  billing_id uuid not null unique references gkv_activation,
  state text not null check (state in ('CREATED', 'ACCEPTED', 'REJECTED', 'MANUAL')),
  issue_date text not null check (issue_date ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
  buyer_ik text not null,
  net_cents integer not null,
  xml_sealed bytea not null,
  -- Of the invoice as it was sent, not of its sealed form.
  sha256 bytea not null,
  attempts integer not null default 0,
  claimed_until timestamptz,
  last_failure text,
  -- What the insurer's report says, without its texts: they may quote the code.
  report jsonb,
  created_at timestamptz not null,
  decided_at timestamptz
);
create index gkv_invoice_open on gkv_invoice (billing_id) where state = 'CREATED';

create function gkv_invoice_guard() returns trigger language plpgsql as $$
begin
  if (old.number, old.billing_id, old.issue_date, old.buyer_ik, old.net_cents, old.xml_sealed, old.sha256)
     is distinct from (new.number, new.billing_id, new.issue_date, new.buyer_ik, new.net_cents, new.xml_sealed, new.sha256) then
    raise exception 'an issued invoice does not change';
  end if;
  if old.state = 'ACCEPTED' and new.state <> 'ACCEPTED' then
    raise exception 'an accepted invoice stays accepted';
  end if;
  return new;
end $$;
create trigger gkv_invoice_guard before update on gkv_invoice for each row execute function gkv_invoice_guard();

-- Communication log of Technische Anlage 1, section 4.4, and archive of every message byte for byte: the request before
-- it is sent, the answer or the failure after it.
create table gkv_exchange (
  id bigint generated always as identity primary key,
  exchange_id uuid not null,
  billing_id uuid not null references gkv_activation,
  invoice_number text,
  direction text not null check (direction in ('REQUEST', 'RESPONSE', 'FAILURE')),
  ik_absender text not null,
  ik_empfaenger text not null,
  -- German local time, yyyy-MM-dd HH:mm:ss.
  local_time text not null,
  verfahren text not null,
  processing_mark text not null check (processing_mark in ('fehlerfrei', 'fehlerhaft')),
  failure text,
  cms_sealed bytea,
  xml_sealed bytea,
  unique (exchange_id, direction)
);
create index gkv_exchange_billing on gkv_exchange (billing_id);

create function gkv_refuse() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end $$;
create trigger gkv_exchange_append_only before update or delete on gkv_exchange for each row execute function gkv_refuse();
create trigger gkv_exchange_no_truncate before truncate on gkv_exchange for each statement execute function gkv_refuse();
create trigger gkv_invoice_no_truncate before truncate on gkv_invoice for each statement execute function gkv_refuse();

create table gkv_directory (
  version bigint generated always as identity primary key,
  kind text not null check (kind in ('verzeichnis', 'zertifikate')),
  active boolean not null,
  imported_at timestamptz not null,
  -- When the source was last found to say the same.
  confirmed_at timestamptz not null,
  entries integer not null,
  sha256 bytea not null,
  content bytea not null
);
create unique index gkv_directory_active on gkv_directory (kind) where active;

create table gkv_setting (
  name text primary key,
  value bytea not null
);

revoke update, delete, truncate on gkv_exchange from :"runtime_role";
revoke delete, truncate on gkv_activation, gkv_invoice from :"runtime_role";
revoke update, delete, truncate on gkv_setting from :"runtime_role";
