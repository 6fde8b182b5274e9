import type { AuditRow } from './audit-row.ts';

/** Column of `audit_event`, its SQL type and where its value comes from. */
const COLUMNS: readonly (readonly [column: string, type: string, key: keyof AuditRow])[] = [
  ['recorded', 'timestamptz', 'recorded'],
  ['interaction', 'text', 'interaction'],
  ['outcome', 'smallint', 'outcome'],
  ['agent', 'text', 'agent'],
  ['roles', 'text', 'roles'],
  ['rule', 'text', 'rule'],
  ['type', 'text', 'type'],
  ['resource_id', 'text', 'resourceId'],
  ['version', 'integer', 'version'],
  ['patient', 'text', 'patient'],
  ['query', 'text', 'query'],
  ['purpose', 'text', 'purpose'],
  ['client_id', 'text', 'clientId'],
  ['token_id', 'text', 'tokenId'],
  ['network', 'text', 'network'],
  ['request_id', 'text', 'requestId'],
  ['security_type', 'text', 'securityType'],
  ['security_subtype', 'text', 'securitySubtype'],
  ['detail', 'text', 'detail'],
];

/** The values of rows, column by column. */
export function auditColumns(
  rows: readonly AuditRow[],
): readonly { readonly type: string; readonly items: readonly unknown[] }[] {
  return COLUMNS.map(([, type, key]) => ({ type, items: rows.map((row) => row[key] ?? null) }));
}

/** The insert of one row; `values` are the placeholders of the columns in their order. */
export const AUDIT_INSERT_ONE = (values: readonly string[]): string =>
  `insert into audit_event (${COLUMNS.map(([column]) => column).join(', ')}) values (${values.join(', ')})`;

/** The set-based insert; `arrays` are the placeholders of the columns in their order. */
export const AUDIT_INSERT = (arrays: readonly string[]): string =>
  `insert into audit_event (${COLUMNS.map(([column]) => column).join(', ')}) select * from unnest(${arrays.join(', ')})`;
