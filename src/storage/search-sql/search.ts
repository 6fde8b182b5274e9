import { ALL, type SearchExpression } from '../../search/expression.ts';
import type { ShapeNames } from '../shape-name.ts';
import type { SqlStatement } from '../database.ts';
import { versionOf } from '../version-of.ts';
import { anchors } from './anchor.ts';
import { type SearchSource, searchSource } from './by-change.ts';
import { type SqlParameters, sqlParameters } from './parameters.ts';
import { afterSql, type SortColumn } from './sort.ts';
import { walkedCondition, walkSql } from './walk.ts';
import { type SearchSqlContext, whereSql, wholeSql } from './where.ts';

/** What a page of a search needs. */
export interface PageQuery {
  readonly typeCode: number;
  readonly where: SearchExpression;
  readonly sort: (parameters: ReturnType<typeof sqlParameters>) => readonly SortColumn[];
  /** Rows to fetch: one more than the page shows tells whether there is a next page. */
  readonly limit: number;
  /** Position after which the page begins. */
  readonly after?: readonly string[];
  /** Matches to leave out before the page. */
  readonly offset?: number;
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
  const type = parameters.add(query.typeCode, 'smallint');
  const anchored = anchors(query.where, context);
  const few = anchored.byPatient || anchored.byIdentifier || anchored.byId;
  const hardlyAny = anchored.byIdentifier || anchored.byId;
  const sort = query.sort(parameters);
  const source = sourceOf(query.where, sort[0], type, few, parameters);
  const columns = sort.map((column) => ({ ...column, sql: source.column(column.sql) }));
  // Computed keys, or hardly any match: all matches are found, and then ordered.
  const ordered = !hardlyAny && columns.every(({ sql }) => /^[rc]\./.test(sql));
  const walked = ordered && !few ? walkedCondition(query.where, context) : undefined;
  const conditions = [
    `${anchored.typeColumn} = ${type}`,
    'not r.deleted',
    ...source.conditions,
    ...anchored.conditions,
    whereSql(walked?.first ?? query.where, { ...context, byPatient: few }),
  ];
  // Where no patient, identifier or id is named, the right plan depends on how common the values are: such a statement is
  // planned anew each time, with its values.
  const shapes = few ? naming.shapes : (): undefined => undefined;
  const name = (index: number): string => `s${String(index)}`;
  const keys = columns.map(({ sql }, index) => `${sql} as ${name(index)}`).join(', ');
  const texts = columns.map((_, index) => `p.${name(index)}::text as k${String(index)}`).join(', ');
  const order = (key: (column: SortColumn, index: number) => string): string =>
    columns
      .map((column, index) => `${key(column, index)}${column.descending ? ' desc' : ''}`)
      .join(', ');
  const after = (key: (column: SortColumn, index: number) => string): string | undefined =>
    query.after &&
    afterSql(
      columns.map((column, index) => ({ ...column, name: key(column, index) })),
      query.after,
      parameters,
    );
  const found = (page: string): SqlStatement =>
    named(
      `${page}
        select p.id, p.version, v.patients, v.content, ${texts}
        from page p cross join lateral ${versionOf('p')} v order by ${order((_, index) => `p.${name(index)}`)}`,
      parameters.values,
      shapes,
    );
  const limit = `limit ${parameters.add(query.limit, 'integer')}`;
  const offset = query.offset ?? 0;
  const limited = offset === 0 ? limit : `${limit} offset ${parameters.add(offset, 'integer')}`;
  const selected = `select r.rid, r.id, r.version, ${keys} from ${source.from}`;
  if (ordered) {
    const position = after(({ sql }) => sql);
    const where = position === undefined ? conditions : [...conditions, position];
    const rows = `${selected} where ${where.join(' and ')} order by ${order(({ sql }) => sql)}`;
    return found(
      `with page as (${walked === undefined ? `${rows} ${limited}` : walkSql(rows, walked.last, context, type, limited)})`,
    );
  }
  const position = after((_, index) => name(index));
  return found(`with matched as materialized (${selected} where ${conditions.join(' and ')}),
      page as (select * from matched ${position === undefined ? '' : `where ${position}`}
        order by ${order((_, index) => name(index))} ${limited})`);
}

/** The rows of a patient or with an identifier are found by that, whenever they changed. */
function sourceOf(
  where: SearchExpression,
  first: SortColumn | undefined,
  type: string,
  few: boolean,
  parameters: SqlParameters,
): SearchSource {
  const [expression, sorted] = few ? [ALL, false] : [where, first?.sql === 'r.last_updated'];
  return searchSource(expression, sorted, type, parameters);
}

/** Prints the statement that counts the matches. */
export function countStatement(
  query: Pick<PageQuery, 'typeCode' | 'where'> & {
    /** Counts no further. */
    readonly atMost?: number;
  },
  naming: SearchNaming,
): SqlStatement {
  const parameters = sqlParameters();
  const context = { ...naming, parameters };
  const { conditions, byPatient, byIdentifier, byId, typeColumn } = anchors(query.where, context);
  const few = byPatient || byIdentifier || byId;
  const type = parameters.add(query.typeCode, 'smallint');
  const source = sourceOf(query.where, undefined, type, few, parameters);
  const where = [
    ...source.conditions,
    ...conditions,
    query.atMost === undefined && !few
      ? wholeSql(query.where, context)
      : whereSql(query.where, { ...context, byPatient: few }),
  ].join(' and ');
  const found = `from ${source.from} where ${typeColumn} = ${type} and not r.deleted and ${where}`;
  return named(
    query.atMost === undefined
      ? `select count(*)::int as total ${found}`
      : `select count(*)::int as total from (select 1 ${found} limit ${parameters.add(query.atMost, 'integer')}) m`,
    parameters.values,
    few ? naming.shapes : (): undefined => undefined,
  );
}

function named(text: string, values: readonly unknown[], shapes: ShapeNames): SqlStatement {
  const name = shapes(text);
  return name === undefined ? { text, values } : { name, text, values, shared: true };
}
