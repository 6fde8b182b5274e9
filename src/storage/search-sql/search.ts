import type { SearchExpression } from '../../search/expression.ts';
import type { ShapeNames } from '../shape-name.ts';
import type { SqlStatement } from '../database.ts';
import { anchors } from './anchor.ts';
import { sqlParameters } from './parameters.ts';
import { afterSql, type SortColumn } from './sort.ts';
import { type SearchSqlContext, whereSql } from './where.ts';

/** What a page of a search needs. */
export interface PageQuery {
  readonly typeCode: number;
  readonly where: SearchExpression;
  readonly sort: (parameters: ReturnType<typeof sqlParameters>) => readonly SortColumn[];
  /** Rows to fetch: one more than the page shows tells whether there is a next page. */
  readonly limit: number;
  /** Position after which the page begins. */
  readonly after?: readonly string[];
}

/** Row of a page; `k0`, `k1` … are the sort values, for the link to the next page. */
export interface SearchRow {
  readonly id: string;
  readonly version: number;
  readonly patients: string;
  readonly content: string;
  readonly [key: `k${number}`]: string;
}

/** What the printer needs of the store. */
export type SearchNaming = Omit<SearchSqlContext, 'parameters'> & { readonly shapes: ShapeNames };

/** Prints the statement of one page. */
export function pageStatement(query: PageQuery, naming: SearchNaming): SqlStatement {
  const parameters = sqlParameters();
  const context = { ...naming, parameters };
  const columns = query.sort(parameters);
  const [only] = columns;
  const type = parameters.add(query.typeCode, 'smallint');
  const anchored = anchors(query.where, context);
  const conditions = [
    `${anchored.typeColumn} = ${type}`,
    'not r.deleted',
    ...anchored.conditions,
    whereSql(query.where, { ...context, byPatient: anchored.byPatient }),
  ];
  // Where no patient is named, the right plan depends on how common the values are: such a statement is planned anew
  // each time, with its values.
  const shapes = anchored.byPatient ? naming.shapes : (): undefined => undefined;
  const selected = columns.map(({ sql }, index) => `${sql}::text as k${String(index)}`).join(', ');
  const direction = (column: SortColumn): string => (column.descending ? ' desc' : '');
  const simple = columns.every(({ sql }) => sql.startsWith('r.'));
  if (simple && only !== undefined) {
    if (query.after !== undefined) {
      conditions.push(
        afterSql(
          columns.map((column) => ({ ...column, name: column.sql })),
          query.after,
          parameters,
        ),
      );
    }
    const order = columns.map((column) => `${column.sql}${direction(column)}`).join(', ');
    return named(
      `select r.id, r.version, r.patients, r.content, ${selected} from resource r
        where ${conditions.join(' and ')} order by ${order} limit ${parameters.add(query.limit, 'integer')}`,
      parameters.values,
      shapes,
    );
  }
  // Computed keys: order the matches by their keys first, and fetch the content of the page only.
  const keys = columns.map(({ sql }, index) => `${sql} as s${String(index)}`).join(', ');
  const name = (index: number): string => `s${String(index)}`;
  const after =
    query.after === undefined
      ? ''
      : `where ${afterSql(
          columns.map((column, index) => ({ ...column, name: name(index) })),
          query.after,
          parameters,
        )}`;
  const order = columns.map((column, index) => `${name(index)}${direction(column)}`).join(', ');
  const texts = columns.map((_, index) => `p.${name(index)}::text as k${String(index)}`).join(', ');
  return named(
    `with matched as materialized (select r.rid, ${keys} from resource r where ${conditions.join(' and ')}),
      page as (select * from matched ${after} order by ${order} limit ${parameters.add(query.limit, 'integer')})
      select r.id, r.version, r.patients, r.content, ${texts}
      from page p join resource r on r.type = ${type} and r.rid = p.rid order by ${columns.map((column, index) => `p.${name(index)}${direction(column)}`).join(', ')}`,
    parameters.values,
    shapes,
  );
}

/** Prints the statement that counts the matches. */
export function countStatement(
  query: Pick<PageQuery, 'typeCode' | 'where'>,
  naming: SearchNaming,
): SqlStatement {
  const parameters = sqlParameters();
  const context = { ...naming, parameters };
  const { conditions, byPatient, typeColumn } = anchors(query.where, context);
  const where = [...conditions, whereSql(query.where, { ...context, byPatient })].join(' and ');
  return named(
    `select count(*)::int as total from resource r
      where ${typeColumn} = ${parameters.add(query.typeCode, 'smallint')} and not r.deleted and ${where}`,
    parameters.values,
    byPatient ? naming.shapes : (): undefined => undefined,
  );
}

function named(text: string, values: readonly unknown[], shapes: ShapeNames): SqlStatement {
  const name = shapes(text);
  return name === undefined ? { text, values } : { name, text, values };
}
