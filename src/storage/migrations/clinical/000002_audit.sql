-- The audit ledger: one row per AuditEvent. Rows are only ever added: the runtime role may insert and select, and a
-- trigger refuses the rest to everybody, the owner included.
create table audit_event (
  seq bigint generated always as identity primary key,
  recorded timestamptz not null,
  interaction text collate "C" not null,
  outcome smallint not null,
  agent text collate "C",
  roles text,
  rule text,
  type text collate "C",
  resource_id text collate "C",
  version integer,
  patient text collate "C",
  query text,
  purpose text,
  client_id text,
  token_id text,
  network text,
  request_id text not null,
  security_type text,
  security_subtype text,
  detail text
);
create index audit_event_by_patient on audit_event (patient, seq) where patient is not null;
create index audit_event_by_agent on audit_event (agent, seq);
create index audit_event_by_time on audit_event using brin (recorded);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit ledger is append-only' using errcode = 'insufficient_privilege';
end $$;

create trigger audit_event_append_only before update or delete or truncate on audit_event
  for each statement execute function refuse_change();

revoke update, delete, truncate on audit_event from :"runtime_role";
