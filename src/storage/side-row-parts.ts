import type { IndexRows } from './index-rows.ts';

/** Adds an array as a parameter of the statement and returns its placeholder with a cast. */
export type AddArray = (type: string, items: readonly unknown[]) => string;

/** Parts of a `with` clause, and what they add to the name of the prepared statement. */
export interface StatementParts {
  readonly name: string;
  readonly parts: readonly string[];
}

/** Prints what inserts the rows that resources have in the side tables of the index. */
export function sideRowParts(
  written: readonly { readonly rid: string; readonly index: IndexRows }[],
  array: AddArray,
): StatementParts {
  let name = '';
  const parts: string[] = [];
  const columns = <T>(
    rows: readonly T[],
    of: readonly (readonly [string, (row: T) => unknown])[],
  ) => of.map(([type, value]) => array(type, rows.map(value))).join(', ');

  const ranges = written.flatMap(({ rid, index }) => index.ranges.map((row) => ({ rid, ...row })));
  if (ranges.length > 0) {
    name += ' r';
    parts.push(`range as (
      insert into resource_range (rid, param, low, high, unit)
      select * from unnest(${columns(ranges, [
        ['bigint', (row) => row.rid],
        ['integer', (row) => row.param],
        ['float8', (row) => row.low],
        ['float8', (row) => row.high],
        ['bigint', (row) => row.unit],
      ])}))`);
  }
  const strings = written.flatMap(({ rid, index }) =>
    index.strings.map((row) => ({ rid, ...row })),
  );
  if (strings.length > 0) {
    name += ' s';
    parts.push(`string as (
      insert into resource_string (rid, param, value, exact)
      select * from unnest(${columns(strings, [
        ['bigint', (row) => row.rid],
        ['integer', (row) => row.param],
        ['text', (row) => row.value],
        ['text', (row) => row.exact],
      ])}))`);
  }
  return { name, parts };
}
