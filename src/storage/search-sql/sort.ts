import type { SortKey } from '../../search/expression.ts';
import { sortPaths } from '../../search/extract/sort-paths.ts';
import type { Definitions, SearchParameterType } from '../../definitions/model.ts';
import type { IndexNaming } from '../index-naming.ts';
import type { SqlParameters } from './parameters.ts';

/** One column of the order: what it sorts by, and which way. */
export interface SortColumn {
  readonly sql: string;
  /** SQL type of the value in a page link. */
  readonly type: string;
  readonly descending: boolean;
}

/** What the order needs to know. */
export type SortNaming = Pick<IndexNaming, 'paramKey' | 'chief'> & {
  readonly definitions: Definitions;
};

/** A text after all others. */
const LAST_TEXT = '\u{10ffff}';

/**
 * The order of a search. Resources without a value come last in both directions; those with several are placed by the
 * lowest one in ascending and by the highest one in descending order. The number of creation decides between equals, in
 * the direction of the last key, so that an index can serve both.
 * @see https://hl7.org/fhir/R4/search.html#sort
 */
export function sortColumns(
  type: string,
  sort: readonly (SortKey & { readonly type: SearchParameterType })[],
  { paramKey, chief, definitions }: SortNaming,
  parameters: SqlParameters,
): readonly SortColumn[] {
  const columns = sort.map(({ param, descending, type: kind }): SortColumn => {
    if (param === '_lastUpdated') return { sql: 'r.last_updated', type: 'timestamptz', descending };
    if (param === '_id') return { sql: 'r.id', type: 'text', descending };
    if (param === chief.date(type)) {
      // Missing dates are stored as the earliest.
      const sql = descending
        ? 'r.date_low'
        : "case when r.date_high is null then 'Infinity' else r.date_low end";
      return { sql, type: 'float8', descending };
    }
    if (kind === 'token' || kind === 'reference' || kind === 'uri') {
      return {
        sql: textKeySql(type, param, descending, definitions, parameters),
        type: 'text',
        descending,
      };
    }
    const indexed = chief.covered(type).get(param) ?? [param];
    const keys = indexed.map((name) => parameters.add(paramKey(type, name), 'integer')).join(', ');
    if (kind === 'string') {
      const none = parameters.add(descending ? '' : LAST_TEXT, 'text');
      return {
        sql: `coalesce((select ${descending ? 'max' : 'min'}(x.value) from resource_string x where x.rid = r.rid and x.param in (${keys})), ${none})`,
        type: 'text',
        descending,
      };
    }
    return {
      sql: `coalesce((select ${descending ? 'max' : 'min'}(x.low) from resource_range x where x.rid = r.rid and x.param in (${keys})), ${descending ? "'-Infinity'" : "'Infinity'"}::float8)`,
      type: 'float8',
      descending,
    };
  });
  const last = columns.at(-1);
  return [...columns, { sql: 'r.rid', type: 'bigint', descending: last?.descending ?? false }];
}

/**
 * The lowest or highest text of a token, reference or uri, read from the resource: the index has hashes of them only. So it
 * costs as much as reading all matches.
 */
function textKeySql(
  type: string,
  param: string,
  descending: boolean,
  definitions: Definitions,
  parameters: SqlParameters,
): string {
  const definition = definitions.searchParameters(type).get(param);
  const paths = definition && sortPaths(definitions, type, definition);
  if (paths === undefined) throw new TypeError(`${type} cannot be sorted by ${param}`);
  const none = parameters.add(descending ? '' : LAST_TEXT, 'text');
  return `coalesce((select ${descending ? 'max' : 'min'}((v.value #>> '{}') collate "C")
    from resource_version c, unnest(${parameters.add(paths, 'text[]')}) p(path),
      jsonb_path_query(c.content::jsonb, p.path::jsonpath) v(value)
    where c.rid = r.rid and c.version = r.version), ${none}) collate "C"`;
}

/** The condition that a row stands after the position in the order. */
export function afterSql(
  columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly descending: boolean;
  }[],
  position: readonly string[],
  parameters: SqlParameters,
): string {
  const values = columns.map(({ type }, index) => parameters.add(position[index], type));
  const [first] = columns;
  if (first !== undefined && columns.every(({ descending }) => descending === first.descending)) {
    const names = columns.map(({ name }) => name).join(', ');
    return `(${names}) ${first.descending ? '<' : '>'} (${values.join(', ')})`;
  }
  const alternatives = columns.map(({ name, descending }, index) => {
    const equal = columns
      .slice(0, index)
      .map((column, i) => `${column.name} = ${String(values[i])}`);
    return `(${[...equal, `${name} ${descending ? '<' : '>'} ${String(values[index])}`].join(' and ')})`;
  });
  return `(${alternatives.join(' or ')})`;
}
