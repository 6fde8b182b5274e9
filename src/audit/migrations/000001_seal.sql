-- The ledger in partitions by month, and the Merkle tree over it (docs/audit-ledger.md, docs/adr/2611-audit-ledger-seal.md).

-- Numbers of rows begin anew each month, at the month's own base: months since January 2000, times 2^32. So the number alone
-- leads to the partition, order by number is order by time, and nothing has to be known in advance but the calendar.
create function audit_month_base(month date) returns bigint language sql immutable as $$
  select ((extract(year from month)::bigint - 2000) * 12 + extract(month from month)::bigint - 1) << 32
$$;

-- One row for each partition: the numbers in it, from first_seq up to and without end_seq.
create table audit_period (
  first_seq bigint primary key,
  end_seq bigint not null,
  partition text not null
);

-- Key of the random bits in the leaves of a period; destroyed together with the rows of the period.
create table audit_blinding (
  first_seq bigint primary key,
  key bytea not null
);

-- Leaves of the tree in their order: each row holds the next ones, numbers of the rows and hashes of 32 bytes one after the
-- other. gaps: numbers from and to, in pairs, of rows that may still come.
create table audit_leaves (
  first bigint primary key,
  low_seq bigint not null,
  high_seq bigint not null,
  highest_seq bigint not null,
  seqs bigint[] not null,
  gaps bigint[] not null,
  hashes bytea not null
);
-- Hashes cannot be compressed, and parts of them are read.
alter table audit_leaves alter column hashes set storage external;
create index audit_leaves_by_seq on audit_leaves using gist (int8range(low_seq, high_seq, '[]'));

-- Inner nodes of complete subtrees, of every eighth level.
create table audit_node (
  level smallint not null,
  index bigint not null,
  hash bytea not null,
  primary key (level, index)
);

-- Signed statements about the tree of a size.
create table audit_checkpoint (
  size bigint primary key,
  jws text collate "C" not null
);

-- Public keys that checkpoints were signed with, by thumbprint.
create table audit_key (
  kid text collate "C" primary key,
  jwk text not null,
  since timestamptz not null default now()
);

-- Signed records of periods whose rows were removed.
create table audit_deletion (
  first_seq bigint primary key,
  jws text collate "C" not null
);

-- Existing rows become the first partition; nothing is copied.
alter table audit_event alter column seq drop identity;
alter table audit_event rename to audit_event_before;
create table audit_event (like audit_event_before including defaults including constraints including storage including compression)
  partition by range (seq);
alter table audit_event_before rename constraint audit_event_pkey to audit_event_before_pkey;
alter table audit_event add primary key (seq);
do $$
declare
  old record;
begin
  for old in
    select i.relname as name, pg_get_indexdef(i.oid) as definition
    from pg_index x join pg_class i on i.oid = x.indexrelid
    where x.indrelid = 'audit_event_before'::regclass and not x.indisprimary
  loop
    execute format('alter index %I rename to %I', old.name, old.name || '_before');
    execute regexp_replace(old.definition, ' INDEX \S+ ON \S+ ', format(' INDEX %I ON audit_event ', old.name));
  end loop;
end $$;

do $$
declare
  bound bigint := greatest(audit_month_base((now() at time zone 'UTC')::date),
    (select coalesce(max(seq), 0) + 1 from audit_event_before));
begin
  execute format('alter table audit_event attach partition audit_event_before for values from (minvalue) to (%s)', bound);
  execute format('alter table audit_event alter column seq add generated always as identity (start with %s)', bound);
  insert into audit_period values (0, bound, 'audit_event_before');
  insert into audit_blinding values (0, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
end $$;

create trigger audit_event_append_only before update or delete or truncate on audit_event
  for each statement execute function refuse_change();
grant select, insert on audit_event to :"runtime_role";
revoke update, delete, truncate on audit_event from :"runtime_role";
revoke all on audit_event_before from :"runtime_role";

create trigger audit_period_append_only before update or delete or truncate on audit_period
  for each statement execute function refuse_change();
create trigger audit_leaves_append_only before update or delete or truncate on audit_leaves
  for each statement execute function refuse_change();
create trigger audit_node_append_only before update or delete or truncate on audit_node
  for each statement execute function refuse_change();
create trigger audit_checkpoint_append_only before update or delete or truncate on audit_checkpoint
  for each statement execute function refuse_change();
create trigger audit_key_append_only before update or delete or truncate on audit_key
  for each statement execute function refuse_change();
create trigger audit_deletion_append_only before update or delete or truncate on audit_deletion
  for each statement execute function refuse_change();
create trigger audit_blinding_append_only before update or truncate on audit_blinding
  for each statement execute function refuse_change();

create function refuse_early_destruction() returns trigger language plpgsql as $$
begin
  if not exists (select from audit_deletion d where d.first_seq = old.first_seq) then
    raise exception 'the period has no deletion record' using errcode = 'insufficient_privilege';
  end if;
  return old;
end $$;
create trigger audit_blinding_destruction before delete on audit_blinding
  for each row execute function refuse_early_destruction();

revoke update, delete, truncate on audit_leaves, audit_node, audit_checkpoint, audit_key from :"runtime_role";
revoke insert, update, delete, truncate on audit_period, audit_blinding, audit_deletion from :"runtime_role";

-- Makes the partitions of this month and the given number of following ones, and lets numbers begin anew where a month has
-- begun. The server calls it under its own role, which may not create tables: all it can say is how far to look ahead.
create function audit_prepare_periods(ahead integer) returns void language plpgsql security definer
  set search_path = public, pg_temp as $$
declare
  this_month date := date_trunc('month', now() at time zone 'UTC')::date;
  month date;
  base bigint;
  bound bigint;
  name text;
begin
  perform pg_advisory_xact_lock(4920311540733);
  for step in 0 .. least(greatest(ahead, 0), 12) loop
    month := (this_month + make_interval(months => step))::date;
    bound := audit_month_base((month + interval '1 month')::date);
    base := greatest(audit_month_base(month), (select max(end_seq) from audit_period where end_seq <= bound));
    name := format('audit_event_%s', to_char(month, 'YYYY_MM'));
    continue when base >= bound or exists (select from audit_period p where p.end_seq > base);
    execute format('create table %I (like audit_event including defaults including constraints including indexes '
      'including storage including compression)', name);
    execute format('revoke all on %I from public, :"runtime_role"', name);
    execute format('create trigger %I before update or delete or truncate on %I for each statement execute function refuse_change()',
      name || '_append_only', name);
    execute format('alter table audit_event attach partition %I for values from (%s) to (%s)', name, base, bound);
    insert into audit_period values (base, bound, name);
    insert into audit_blinding values (base, sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
  end loop;
  -- Numbers only ever grow: a clock that goes back changes nothing.
  select p.first_seq into base from audit_period p
    where p.end_seq > audit_month_base(this_month) order by p.first_seq limit 1;
  if base > coalesce(pg_sequence_last_value(pg_get_serial_sequence('audit_event', 'seq')), 0) then
    perform setval(pg_get_serial_sequence('audit_event', 'seq'), base, false);
  end if;
end $$;
revoke all on function audit_prepare_periods from public;
grant execute on function audit_prepare_periods to :"runtime_role";
grant execute on function audit_month_base to :"runtime_role";

select audit_prepare_periods(3);
