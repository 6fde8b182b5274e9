-- Rows of one month are kept for different times (docs/audit-ledger.md#partitions-and-retention).

-- Several deletion records for one period; whole: nothing of the period is left.
alter table audit_deletion drop constraint audit_deletion_pkey;
alter table audit_deletion add column number bigint generated always as identity primary key;
alter table audit_deletion add column whole boolean not null default true;
create index audit_deletion_by_period on audit_deletion (first_seq);

-- Which leaves of a list a record that is not about a whole period removed: one bit for each, the lowest of the first byte first.
create table audit_removed (
  first bigint not null,
  deletion bigint not null,
  bits bytea not null,
  primary key (first, deletion)
);

-- Signed statements of operators: what has to be kept until they say otherwise.
create table audit_hold (
  id text collate "C" not null,
  act text collate "C" not null check (act in ('placed', 'lifted')),
  jws text collate "C" not null,
  primary key (id, act)
);

create trigger audit_removed_append_only before update or delete or truncate on audit_removed
  for each statement execute function refuse_change();
create trigger audit_hold_append_only before update or delete or truncate on audit_hold
  for each statement execute function refuse_change();
revoke insert, update, delete, truncate on audit_removed, audit_hold from :"runtime_role";

-- The key of a period is needed as long as rows of it are there.
create function refuse_destruction_before_end() returns trigger language plpgsql as $$
begin
  if not exists (select from audit_deletion d where d.first_seq = old.first_seq and d.whole) then
    raise exception 'the period has no deletion record of the whole' using errcode = 'insufficient_privilege';
  end if;
  return old;
end $$;
create trigger audit_blinding_until_end before delete on audit_blinding
  for each row execute function refuse_destruction_before_end();

-- A table that can take the place of a partition, guarded like one. Only the owner may call it, and create tables.
create function audit_make_partition(name text) returns void language plpgsql
  set search_path = public, pg_temp as $$
begin
  execute format('create table %I (like audit_event including defaults including constraints including indexes '
    'including storage including compression)', name);
  execute format('revoke all on %I from public, :"runtime_role"', name);
  execute format('create trigger %I before update or delete or truncate on %I for each statement execute function refuse_change()',
    name || '_append_only', name);
end $$;
revoke all on function audit_make_partition from public;

-- As before, but numbers begin anew only where the partition of the month was there before the call: drawn numbers are
-- everybody's at once, and a partition only once it is committed. Who has made one calls again.
create or replace function audit_prepare_periods(ahead integer) returns void language plpgsql security definer
  set search_path = public, pg_temp as $$
declare
  this_month date := date_trunc('month', now() at time zone 'UTC')::date;
  month date;
  base bigint;
  bound bigint;
  name text;
  fresh boolean;
begin
  perform pg_advisory_xact_lock(4920311540733);
  for step in 0 .. least(greatest(ahead, 0), 12) loop
    month := (this_month + make_interval(months => step))::date;
    bound := audit_month_base((month + interval '1 month')::date);
    base := greatest(audit_month_base(month), (select max(end_seq) from audit_period where end_seq <= bound));
    name := format('audit_event_%s', to_char(month, 'YYYY_MM'));
    continue when base >= bound or exists (select from audit_period p where p.end_seq > base);
    perform audit_make_partition(name);
    execute format('alter table audit_event attach partition %I for values from (%s) to (%s)', name, base, bound);
    insert into audit_period values (base, bound, name);
    insert into audit_blinding values (base, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
  end loop;
  -- Numbers only ever grow: a clock that goes back changes nothing.
  select p.first_seq, p.xmin = pg_current_xact_id()::xid into base, fresh from audit_period p
    where p.end_seq > audit_month_base(this_month) order by p.first_seq limit 1;
  if not fresh and base > coalesce(pg_sequence_last_value(pg_get_serial_sequence('audit_event', 'seq')), 0) then
    perform setval(pg_get_serial_sequence('audit_event', 'seq'), base, false);
  end if;
end $$;
