import type { AuditOutcome, AuditRow } from './audit-row.ts';

/** Row of `audit_event` as it is read. */
export interface StoredAuditRow {
  readonly seq: string;
  readonly recorded: number;
  readonly interaction: string;
  readonly outcome: AuditOutcome;
  readonly request_id: string;
  readonly [column: string]: string | number | null;
}

/** Columns of {@link StoredAuditRow}. */
export const AUDIT_COLUMNS = `a.seq, (extract(epoch from a.recorded) * 1000)::float8 as recorded, a.interaction, a.outcome,
  a.agent, a.roles, a.rule, a.type, a.resource_id, a.version, a.patient, a.query, a.purpose, a.client_id, a.token_id,
  a.network, a.request_id, a.security_type, a.security_subtype, a.detail`;

/** Optional columns and the members they fill. */
const OPTIONAL: readonly (readonly [column: string, key: keyof AuditRow])[] = [
  ['agent', 'agent'],
  ['roles', 'roles'],
  ['rule', 'rule'],
  ['type', 'type'],
  ['resource_id', 'resourceId'],
  ['version', 'version'],
  ['patient', 'patient'],
  ['query', 'query'],
  ['purpose', 'purpose'],
  ['client_id', 'clientId'],
  ['token_id', 'tokenId'],
  ['network', 'network'],
  ['security_type', 'securityType'],
  ['security_subtype', 'securitySubtype'],
  ['detail', 'detail'],
];

/** The row as it was recorded. */
export function auditRowOf(stored: StoredAuditRow): AuditRow {
  const optional = Object.fromEntries(
    OPTIONAL.filter(([column]) => stored[column] !== null).map(([column, key]) => [
      key,
      stored[column],
    ]),
  );
  return {
    recorded: new Date(stored.recorded).toISOString(),
    interaction: stored.interaction,
    outcome: stored.outcome,
    requestId: stored.request_id,
    ...optional,
  };
}
