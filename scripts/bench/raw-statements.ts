import type { AuditRow } from '../../src/audit/audit-row.ts';
import { AUDIT_INSERT, auditColumns } from '../../src/audit/insert.ts';
import type { SqlStatement } from '../../src/storage/database.ts';
import type { IndexRows } from '../../src/storage/index-rows.ts';

/** Row that a select of {@link selectStatement} gives. */
export interface RawRow {
  readonly id: string;
  readonly content: string;
}

const PAGE = 21;

/** What is selected, by the name of the prepared statement; `$1` is the number of the type. */
export const SELECTS = {
  read: 'select id, content, patients from resource r where r.type = $1 and r.id = $2 and not r.deleted',
  'patient-code': `select id, content, patients from resource r where r.type = $1 and r.patient = $2 and r.code = $3
    and not r.deleted order by r.rid limit ${PAGE}`,
  'patient-code-date': `select id, content, patients from resource r where r.type = $1 and r.patient = $2
    and r.code = $3 and r.date_low >= $4 and not r.deleted order by r.date_low desc, r.rid desc limit ${PAGE}`,
  name: `select id, content, patients from resource r where r.type = $1 and not r.deleted and exists (
      select 1 from resource_string x where x.rid = r.rid and x.param = $2 and x.value >= $3 and x.value < $4)
    order by r.rid limit ${PAGE}`,
  token: `select id, content, patients from resource r where r.type = $1 and r.tokens @> array[$2::bigint]
    and not r.deleted order by r.rid limit ${PAGE}`,
  birthdate: `select id, content, patients from resource r where r.type = $1 and r.date_low >= $2 and not r.deleted
    order by r.date_low, r.rid limit ${PAGE}`,
  history: `select id, content, '' as patients from (
      select id, version, content from resource where type = $1 and id = $2
      union all select id, version, content from resource_history where type = $1 and id = $2) v
    order by version desc limit ${PAGE}`,
} as const;

/** Columns of an audit row that a read fills, beside the patient. */
const RECORDED: readonly (readonly [column: string, type: string, key: keyof AuditRow])[] = [
  ['recorded', 'timestamptz', 'recorded'],
  ['interaction', 'text', 'interaction'],
  ['outcome', 'smallint', 'outcome'],
  ['agent', 'text', 'agent'],
  ['roles', 'text', 'roles'],
  ['rule', 'text', 'rule'],
  ['type', 'text', 'type'],
  ['resource_id', 'text', 'resourceId'],
  ['query', 'text', 'query'],
  ['purpose', 'text', 'purpose'],
  ['client_id', 'text', 'clientId'],
  ['network', 'text', 'network'],
  ['request_id', 'text', 'requestId'],
];

/** A select that records the access in the same statement, with a row for each patient on the page as the server does. */
export function selectStatement(
  name: keyof typeof SELECTS,
  values: readonly unknown[],
  audit: AuditRow,
): SqlStatement {
  const columns = RECORDED.map(([column]) => column).join(', ');
  const places = RECORDED.map(([, type], index) => `$${values.length + index + 1}::${type}`).join(
    ', ',
  );
  return {
    name: `raw ${name}`,
    text: `with found as materialized (${SELECTS[name]}),
      audit as (insert into audit_event (${columns}, patient)
        select ${places}, p.patients from (select distinct patients from (select patients from found limit 20) x) p)
      select id, content from found`,
    values: [...values, ...RECORDED.map(([, , key]) => audit[key] ?? null)],
  };
}

/** A new version of a resource with everything that belongs to it, in one statement. */
export function updateStatement(
  type: number,
  id: string,
  content: string,
  index: IndexRows,
  audit: AuditRow,
): SqlStatement {
  const { ranges } = index;
  const own: readonly unknown[] = [
    type,
    id,
    content,
    index.tokens,
    index.params,
    index.patient,
    index.code,
    index.dateLow,
    index.dateHigh,
    ranges.map(({ param }) => param),
    ranges.map(({ low }) => low),
    ranges.map(({ high }) => high),
    ranges.map(({ unit }) => unit),
  ];
  const columns = auditColumns([audit]);
  const arrays = columns.map((column, at) => `$${own.length + at + 1}::${column.type}[]`);
  return {
    name: 'raw update',
    text: `with previous as materialized (
        select type, id, version, last_updated, deleted, content from resource where type = $1 and id = $2 for update),
      kept as (insert into resource_history (type, id, version, last_updated, deleted, content)
        select type, id, version, last_updated, deleted, content from previous),
      updated as (update resource r set version = p.version + 1, last_updated = now(), content = $3,
        tokens = $4::bigint[], params = $5::integer[], patient = $6, code = $7, date_low = $8, date_high = $9
        from previous p where r.type = p.type and r.id = p.id returning r.rid),
      no_range as (delete from resource_range x using updated u where x.rid = u.rid),
      range as (insert into resource_range (rid, param, low, high, unit) select u.rid, t.*
        from updated u, unnest($10::integer[], $11::float8[], $12::float8[], $13::bigint[]) as t),
      audit as (${AUDIT_INSERT(arrays)})
      select rid as id, '' as content from updated`,
    values: [...own, ...columns.map(({ items }) => items)],
  };
}
