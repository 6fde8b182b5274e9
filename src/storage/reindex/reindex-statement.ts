import type { SqlStatement } from '../database.ts';
import type { IndexRows } from '../index-rows.ts';
import { sideDigest } from '../side-digest.ts';
import { WORDS } from '../write-statement.ts';
import { sideRowParts } from '../side-row-parts.ts';

/** What the index says of a resource anew. */
export interface ReindexedRow {
  readonly rid: string;
  readonly index: IndexRows;
}

/**
 * Prints the statement that replaces what the index says of resources of one type. Their versions stay as they are. The rows
 * are locked by the caller.
 */
export function reindexStatement(typeCode: number, rows: readonly ReindexedRow[]): SqlStatement {
  const values: unknown[] = [typeCode];
  const array = (type: string, items: readonly unknown[]): string => {
    values.push(items);
    return `$${String(values.length)}::${type}[]`;
  };
  const column = (type: string, value: (index: IndexRows) => unknown): string =>
    array(
      type,
      rows.map(({ index }) => value(index)),
    );
  const rids = array(
    'bigint',
    rows.map(({ rid }) => rid),
  );
  const input = `input as (select * from unnest(${rids}, ${column('bigint', (row) => row.patient)},
    ${column('bigint', (row) => row.code)}, ${column('float8', (row) => row.dateLow)},
    ${column('float8', (row) => row.dateHigh)}, ${column('text', (row) => row.params)},
    ${column('text', (row) => row.tokens)}, ${column('text', (row) => row.labels)},
    ${column('text', (row) => row.parts)}, ${column('bigint', sideDigest)},
    ${column('text', (row) => row.text?.narrative ?? null)}, ${column('text', (row) => row.text?.content ?? null)})
    as t(rid, patient, code, date_low, date_high, params, tokens, labels, parts, side, narrative, words))`;
  const updated = `updated as (
    update resource r set patient = i.patient, code = i.code, date_low = i.date_low, date_high = i.date_high,
      params = i.params::integer[], tokens = i.tokens::bigint[], labels = i.labels, parts = i.parts::jsonb, side = i.side,
      (narrative, content) = (${WORDS('i')})
    from input i where r.type = $1::smallint and r.rid = i.rid)`;
  const stale = ['resource_range', 'resource_string'].map(
    (table) => `no_${table} as (delete from ${table} x using input i where x.rid = i.rid)`,
  );
  const side = sideRowParts(rows, array);
  return {
    name: `reindex${side.name}`,
    text: `with ${[input, updated, ...stale, ...side.parts].join(',\n')} select 1`,
    values,
  };
}
