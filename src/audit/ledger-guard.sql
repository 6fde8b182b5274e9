-- Refuses to the owner of the ledger what only the owner could do to its guards: run by a superuser in the clinical database,
-- after the first start of the server (docs/audit-ledger.md). Migrations, new partitions and audit:retain are not affected.

create or replace function keep_ledger_guards() returns event_trigger language plpgsql
  set search_path = public, pg_temp as $$
declare
  bare text;
begin
  select c.relname into bare
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    and (c.relname in ('audit_event', 'audit_leaves', 'audit_node', 'audit_checkpoint', 'audit_key', 'audit_deletion',
        'audit_period', 'audit_blinding', 'audit_removed', 'audit_hold')
      or exists (select from pg_inherits i where i.inhrelid = c.oid and i.inhparent = 'public.audit_event'::regclass))
    and not exists (select from pg_trigger t join pg_proc f on f.oid = t.tgfoid
      where t.tgrelid = c.oid and t.tgenabled in ('O', 'A') and f.proname = 'refuse_change')
  limit 1;
  if bare is not null then
    raise exception 'the ledger keeps its guards: %', bare using errcode = 'insufficient_privilege';
  end if;
  if exists (select from pg_event_trigger_ddl_commands()
      where object_identity in ('public.refuse_change()', 'public.refuse_early_destruction()',
        'public.refuse_destruction_before_end()')) then
    raise exception 'the guards of the ledger are not changed' using errcode = 'insufficient_privilege';
  end if;
end $$;

create or replace function keep_ledger_tables() returns event_trigger language plpgsql
  set search_path = public, pg_temp as $$
declare
  lost text;
begin
  select d.object_name into lost
  from pg_event_trigger_dropped_objects() d
  where d.object_type = 'table' and d.schema_name = 'public' and d.object_name ~ '^audit_'
    and not exists (select from audit_period p join audit_deletion r on r.first_seq = p.first_seq
      -- In this transaction: an earlier record of a part does not allow to drop the rest.
      where p.partition = d.object_name and r.xmin = pg_current_xact_id()::xid)
  limit 1;
  if lost is not null then
    raise exception 'the ledger has no deletion record for %', lost using errcode = 'insufficient_privilege';
  end if;
end $$;

drop event trigger if exists keep_ledger_guards;
create event trigger keep_ledger_guards on ddl_command_end
  when tag in ('ALTER TABLE', 'ALTER TRIGGER', 'CREATE TRIGGER', 'CREATE FUNCTION', 'ALTER FUNCTION')
  execute function keep_ledger_guards();
drop event trigger if exists keep_ledger_drops;
create event trigger keep_ledger_drops on ddl_command_end when tag in ('DROP TRIGGER', 'DROP FUNCTION')
  execute function keep_ledger_guards();
drop event trigger if exists keep_ledger_tables;
create event trigger keep_ledger_tables on sql_drop execute function keep_ledger_tables();
