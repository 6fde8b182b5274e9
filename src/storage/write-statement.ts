import type { AuditRow } from '../audit/audit-row.ts';
import { AUDIT_INSERT, auditColumns } from '../audit/insert.ts';
import type { SqlStatement } from './database.ts';
import type { IndexRows } from './index-rows.ts';

/** A version that is ready to be stored. */
export interface PreparedVersion {
  readonly rid: string;
  readonly type: number;
  readonly id: string;
  readonly version: number;
  /** FHIR instant, as it stands in meta.lastUpdated. */
  readonly lastUpdated: string;
  readonly deleted: boolean;
  readonly patients: string;
  readonly content: string;
  readonly index: IndexRows;
}

/** What one statement writes. All of it is stored, or nothing. */
export interface WriteSet {
  readonly creates: readonly PreparedVersion[];
  /** New versions of existing resources, deletions among them; `version - 1` must be the current one. */
  readonly updates: readonly PreparedVersion[];
  readonly audit: readonly AuditRow[];
  /** Channel on which other nodes are told, once it is committed. */
  readonly notify?: string;
}

/**
 * Prints the one statement that writes a set: resources, index, history and audit rows, set-based through arrays, so
 * that one resource and ten thousand take the same few statement texts and each stays prepared. Its single row says how
 * many resources were created and how many were updated; fewer updates than asked for mean that somebody was faster.
 */
export function writeStatement(set: WriteSet): SqlStatement {
  const values: unknown[] = [];
  const parts: string[] = [];
  let name = 'write';
  const array = (type: string, items: readonly unknown[]): string => {
    values.push(items);
    return `$${String(values.length)}::${type}[]`;
  };

  if (set.creates.length > 0) {
    name += ' c';
    parts.push(`created as (
      insert into resource (rid, type, id, version, last_updated, deleted, patients, patient, code, date_low, date_high,
        params, tokens, content)
      select rid, type, id, version, last_updated, deleted, patients, patient, code, date_low, date_high,
        params::integer[], tokens::bigint[], content
      from ${versions(set.creates, array)} returning 1)`);
  }
  if (set.updates.length > 0) {
    name += ' u';
    parts.push(
      `input as (select * from ${versions(set.updates, array)})`,
      `previous as materialized (
        select r.type, r.id, r.version, r.last_updated, r.deleted, r.content
        from resource r join input i on r.type = i.type and r.id = i.id and r.version = i.version - 1
        order by r.type, r.id for update of r)`,
      `kept as (
        insert into resource_history (type, id, version, last_updated, deleted, content)
        select type, id, version, last_updated, deleted, content from previous)`,
      `updated as (
        update resource r set version = i.version, last_updated = i.last_updated, deleted = i.deleted,
          patients = i.patients, patient = i.patient, code = i.code, date_low = i.date_low, date_high = i.date_high,
          params = i.params::integer[], tokens = i.tokens::bigint[], content = i.content
        from input i join previous p on p.type = i.type and p.id = i.id
        where r.type = i.type and r.id = i.id returning r.rid)`,
      `no_range as (delete from resource_range x using updated u where x.rid = u.rid)`,
      `no_string as (delete from resource_string x using updated u where x.rid = u.rid)`,
    );
  }
  const written = [...set.creates, ...set.updates];
  const ranges = written.flatMap((v) => v.index.ranges.map((row) => ({ rid: v.rid, ...row })));
  if (ranges.length > 0) {
    name += ' r';
    parts.push(`range as (
      insert into resource_range (rid, param, low, high, unit)
      select * from unnest(${array(
        'bigint',
        ranges.map((r) => r.rid),
      )}, ${array(
        'integer',
        ranges.map((r) => r.param),
      )},
        ${array(
          'float8',
          ranges.map((r) => r.low),
        )}, ${array(
          'float8',
          ranges.map((r) => r.high),
        )},
        ${array(
          'bigint',
          ranges.map((r) => r.unit),
        )}))`);
  }
  const strings = written.flatMap((v) => v.index.strings.map((row) => ({ rid: v.rid, ...row })));
  if (strings.length > 0) {
    name += ' s';
    parts.push(`string as (
      insert into resource_string (rid, param, value, exact)
      select * from unnest(${array(
        'bigint',
        strings.map((r) => r.rid),
      )}, ${array(
        'integer',
        strings.map((r) => r.param),
      )},
        ${array(
          'text',
          strings.map((r) => r.value),
        )}, ${array(
          'text',
          strings.map((r) => r.exact),
        )}))`);
  }
  if (set.audit.length > 0) {
    name += ' a';
    const columns = auditColumns(set.audit);
    parts.push(`audit as (${AUDIT_INSERT(columns.map(({ type, items }) => array(type, items)))})`);
  }
  const results: string[] = [];
  if (set.updates.length > 0) {
    values.push(set.updates.length);
    results.push(`expect_rows((select count(*) from updated), $${String(values.length)}::bigint)`);
  }
  if (set.notify !== undefined) {
    name += ' n';
    values.push(set.notify);
    results.push(`pg_notify($${String(values.length)}, '')`);
  }
  return { name, text: `with ${parts.join(',\n')} select ${results.join(', ') || '1'}`, values };
}

/** SQLSTATE of `expect_rows`: a row to be updated was not there in the expected version. */
export const VERSION_CONFLICT = 'DG412';

function versions(
  rows: readonly PreparedVersion[],
  array: (type: string, items: readonly unknown[]) => string,
): string {
  const column = <K extends keyof PreparedVersion>(key: K): PreparedVersion[K][] =>
    rows.map((row) => row[key]);
  const index = <K extends keyof IndexRows>(key: K): IndexRows[K][] =>
    rows.map((row) => row.index[key]);
  return `unnest(${array('bigint', column('rid'))}, ${array('smallint', column('type'))}, ${array('text', column('id'))},
    ${array('integer', column('version'))}, ${array('timestamptz', column('lastUpdated'))},
    ${array('boolean', column('deleted'))}, ${array('text', column('patients'))},
    ${array('bigint', index('patient'))}, ${array('bigint', index('code'))},
    ${array('float8', index('dateLow'))}, ${array('float8', index('dateHigh'))},
    ${array('text', index('params'))}, ${array('text', index('tokens'))},
    ${array('text', column('content'))})
    as t(rid, type, id, version, last_updated, deleted, patients, patient, code, date_low, date_high, params, tokens, content)`;
}
