import type { SqlStatement } from '../storage/database.ts';
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
  return COLUMNS.map(([, type, key]) => ({
    type,
    items: rows.map((row) => storable(row[key] ?? null)),
  }));
}

/**
 * PostgreSQL's text holds no NUL, and what was asked for may: a row that cannot be stored would take those with it that
 * share its statement.
 */
function storable(value: string | number | null): string | number | null {
  return typeof value === 'string' && value.includes('\0')
    ? value.replaceAll('\0', '\ufffd')
    : value;
}

const INTO = `insert into audit_event (${COLUMNS.map(([column]) => column).join(', ')})`;

/** The insert of one row; `values` are the placeholders of the columns in their order. */
export const AUDIT_INSERT_ONE = (values: readonly string[]): string =>
  `${INTO} values (${values.join(', ')})`;

/** The set-based insert; `arrays` are the placeholders of the columns in their order. */
export const AUDIT_INSERT = (arrays: readonly string[]): string =>
  `${INTO} select * from unnest(${arrays.join(', ')})`;

/** Rows that go as parameters of their own; for more, arrays are less work. */
const FEW = 16;

/** The statements for one to {@link FEW} rows, made when they are needed. */
const few: { readonly name: string; readonly text: string }[] = [];

function insertOf(count: number): { readonly name: string; readonly text: string } {
  const known = few[count];
  if (known !== undefined) return known;
  let number = 0;
  const rows = Array.from(
    { length: count },
    () => `(${COLUMNS.map(([, type]) => `$${String((number += 1))}::${type}`).join(', ')})`,
  );
  const made = { name: `audit ${String(count)}`, text: `${INTO} values ${rows.join(', ')}` };
  few[count] = made;
  return made;
}

const SEVERAL = AUDIT_INSERT(COLUMNS.map(([, type], index) => `$${String(index + 1)}::${type}[]`));

/**
 * The insert of rows as a statement of its own. Few rows go as parameters: taking nineteen arrays apart costs as much as
 * storing several rows.
 */
export function auditInsert(rows: readonly AuditRow[]): SqlStatement {
  if (rows.length > FEW) {
    return { name: 'audit', text: SEVERAL, values: auditColumns(rows).map(({ items }) => items) };
  }
  const values: unknown[] = [];
  for (const row of rows) {
    for (const [, , key] of COLUMNS) values.push(storable(row[key] ?? null));
  }
  return { ...insertOf(rows.length), values };
}
