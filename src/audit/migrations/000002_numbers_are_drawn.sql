-- Numbers of rows are drawn, never chosen. An identity column takes `overriding system value` from whoever may insert into it,
-- and a row with a number far ahead would leave all that follow outside the seal: so the runtime role may insert into the other
-- columns alone. A column that is added later needs its grant.
revoke insert on audit_event from :"runtime_role";
grant insert (recorded, interaction, outcome, agent, roles, rule, type, resource_id, version, patient, query, purpose,
  client_id, token_id, network, request_id, security_type, security_subtype, detail) on audit_event to :"runtime_role";

do $$
begin
  execute format('revoke all on sequence %s from :"runtime_role"', pg_get_serial_sequence('audit_event', 'seq'));
end $$;
