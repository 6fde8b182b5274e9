import type { AuditRow } from '../../src/audit/audit-row.ts';
import { AUDIT_INSERT, auditColumns } from '../../src/audit/insert.ts';
import type { SqlStatement } from '../../src/storage/database.ts';
import type { IndexRows } from '../../src/storage/index-rows.ts';
import { sideDigest } from '../../src/storage/side-digest.ts';
import { versionOf } from '../../src/storage/version-of.ts';

/** Row that a select of {@link selectStatement} gives. */
export interface RawRow {
  readonly id: string;
  readonly content: string;
}

/** Entries of a page. */
export const PAGE_SIZE = 20;

/** Entries that an answer shows, where it is not such a page. */
export const SHOWN: Readonly<Record<string, number>> = { date: 50, revinclude: 1_001, graphql: 21 };

const PAGE = PAGE_SIZE + 1;

/** The rows of a page, then the content of each. */
function page(where: string, order: string, limit = PAGE): string {
  return `select p.id, v.content, v.patients from (select r.rid, r.version, r.id, row_number() over (order by ${order}) as place
      from resource r where ${where} and not r.deleted order by ${order} limit ${limit}) p,
    lateral ${versionOf('p')} v order by p.place`;
}

/** A patient by id, and their resources of another type. */
function withPatient(where: string, limit: number): string {
  return `select p.id, v.content, v.patients from (
      (select r.rid, r.version, r.id from resource r where r.type = $1 and r.id = $2 and not r.deleted)
      union all
      (select r.rid, r.version, r.id from resource r where ${where} and not r.deleted order by r.rid limit ${limit})) p,
    lateral ${versionOf('p')} v`;
}

/** What is selected, by the name of the prepared statement; `$1` is the number of the type. */
export const SELECTS = {
  read: `select r.id, v.content, v.patients from resource r, lateral ${versionOf('r')} v
    where r.type = $1 and r.id = $2 and not r.deleted`,
  'patient-code': page('r.type = $1 and r.patient = $2 and r.code = $3', 'r.rid'),
  'patient-code-date': page(
    'r.type = $1 and r.patient = $2 and r.code = $3 and r.date_low >= $4',
    'r.date_low desc, r.rid desc',
  ),
  name: page(
    `r.type = $1 and exists (
      select 1 from resource_string x where x.rid = r.rid and x.param = $2 and x.value >= $3 and x.value < $4)`,
    'r.rid',
  ),
  token: page('r.type = $1 and r.tokens @> array[$2::bigint]', 'r.rid'),
  birthdate: page('r.type = $1 and r.date_low >= $2', 'r.date_low, r.rid'),
  date: page('r.type = $1 and r.date_high > $2 and r.date_low < $3', 'r.rid', 51),
  revinclude: withPatient('r.patient = $4 and r.type = $3', 1_000),
  graphql: withPatient('r.patient = $4 and r.type = $3', 20),
  history: `select r.id, v.content, v.patients from resource r join resource_version v on v.rid = r.rid
    where r.type = $1 and r.id = $2 order by v.version desc limit ${PAGE}`,
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
        select ${places}, p.patients from (select distinct patients from (select patients from found limit ${SHOWN[name] ?? PAGE_SIZE}) x) p)
      select id, content from found`,
    values: [...values, ...RECORDED.map(([, , key]) => audit[key] ?? null)],
  };
}

/** A new version of a resource with everything that belongs to it, in one statement. */
export function updateStatement(
  type: number,
  id: string,
  content: string,
  patient: string,
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
    patient,
    sideDigest(index),
    index.labels,
    index.parts,
  ];
  const columns = auditColumns([audit]);
  const arrays = columns.map((column, at) => `$${own.length + at + 1}::${column.type}[]`);
  return {
    name: 'raw update',
    text: `with updated as (update resource r set version = version + 1, last_updated = now(), tokens = $4::bigint[],
        params = $5::integer[], patient = $6, code = $7, date_low = $8, date_high = $9, side = $15, labels = $16,
        parts = $17::jsonb
        where r.type = $1 and r.id = $2 returning r.rid, r.version, r.type, r.last_updated),
      next as (insert into resource_version (rid, last_updated, version, type, patients, content)
        select rid, last_updated, version, type, $14, $3 from updated),
      no_range as (delete from resource_range x using updated u where x.rid = u.rid),
      range as (insert into resource_range (rid, param, low, high, unit) select u.rid, t.*
        from updated u, unnest($10::integer[], $11::float8[], $12::float8[], $13::bigint[]) as t),
      audit as (${AUDIT_INSERT(arrays)})
      select rid as id, '' as content from updated`,
    values: [...own, ...columns.map(({ items }) => items)],
  };
}
