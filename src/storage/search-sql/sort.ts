import type { SortKey } from '../../search/expression.ts';
import type { SearchParameterType } from '../../fhir/definitions/model.ts';
import type { IndexNaming } from '../index-rows.ts';
import type { SqlParameters } from './parameters.ts';

/** One column of the order: what it sorts by, and which way. */
export interface SortColumn {
  readonly sql: string;
  /** SQL type of the value in a page link. */
  readonly type: string;
  readonly descending: boolean;
}

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
  { paramKey, chief }: Pick<IndexNaming, 'paramKey' | 'chief'>,
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
    const key = parameters.add(paramKey(type, param), 'integer');
    if (kind === 'string') {
      const none = parameters.add(descending ? '' : LAST_TEXT, 'text');
      return {
        sql: `coalesce((select ${descending ? 'max' : 'min'}(x.value) from resource_string x where x.rid = r.rid and x.param = ${key}), ${none})`,
        type: 'text',
        descending,
      };
    }
    return {
      sql: `coalesce((select ${descending ? 'max' : 'min'}(x.low) from resource_range x where x.rid = r.rid and x.param = ${key}), ${descending ? "'-Infinity'" : "'Infinity'"}::float8)`,
      type: 'float8',
      descending,
    };
  });
  const last = columns.at(-1);
  return [...columns, { sql: 'r.rid', type: 'bigint', descending: last?.descending ?? false }];
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
