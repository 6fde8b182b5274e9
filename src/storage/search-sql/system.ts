import type { SearchExpression } from '../../search/expression.ts';
import type { SqlStatement } from '../database.ts';
import type { IndexNaming } from '../index-naming.ts';
import { versionOf } from '../version-of.ts';
import { anchors } from './anchor.ts';
import { searchSource } from './by-change.ts';
import type { Links } from './context.ts';
import { type SqlParameters, sqlParameters } from './parameters.ts';
import { afterSql, type SortColumn } from './sort.ts';
import { whereSql } from './where.ts';

/** One type of a search of several. */
export interface SystemBranch {
  readonly type: string;
  readonly typeCode: number;
  readonly where: SearchExpression;
  readonly links?: Links;
}

/** What a page of a search of several types needs; see `PageQuery`. */
export interface SystemPageQuery {
  readonly branches: readonly SystemBranch[];
  /** The same columns for every type. */
  readonly sort: (type: string, parameters: SqlParameters) => readonly SortColumn[];
  readonly limit: number;
  readonly offset?: number;
  readonly after?: readonly string[];
}

/** Prints the statement of one page: each type by its own indexes, then the first of all of them. */
export function systemPageStatement(query: SystemPageQuery, naming: IndexNaming): SqlStatement {
  const parameters = sqlParameters();
  const { limit, offset = 0 } = query;
  let order = '';
  let texts = '';
  const rows = parameters.add(limit + offset, 'integer');
  const selects = query.branches.map((branch) => {
    const columns = query.sort(branch.type, parameters);
    const first = columns[0]?.sql === 'r.last_updated';
    const { from, conditions, column } = conditionsOf(branch, first, naming, parameters);
    const named = columns.map((one) => ({ ...one, sql: column(one.sql), name: column(one.sql) }));
    if (query.after !== undefined) conditions.push(afterSql(named, query.after, parameters));
    order = named.map((one, n) => `s${String(n)}${one.descending ? ' desc' : ''}`).join(', ');
    texts = named.map((_, n) => `p.s${String(n)}::text as k${String(n)}`).join(', ');
    const keys = named.map(({ sql }, n) => `${sql} as s${String(n)}`).join(', ');
    return `(select r.type, r.rid, r.id, r.version, ${keys} from ${from}
      where ${conditions.join(' and ')} order by ${order} limit ${rows})`;
  });
  return {
    text: `with page as (select * from (${selects.join(' union all ')}) f order by ${order}
        limit ${parameters.add(limit, 'integer')} offset ${parameters.add(offset, 'integer')})
      select p.type, p.id, v.patients, v.content, ${texts}
      from page p cross join lateral ${versionOf('p')} v order by ${order}`,
    values: parameters.values,
  };
}

/**
 * Prints the statement that counts the matches of all types.
 * @param atMost counts no further
 */
export function systemCountStatement(
  branches: readonly SystemBranch[],
  naming: IndexNaming,
  atMost?: number,
): SqlStatement {
  const parameters = sqlParameters();
  const selects = branches.map((branch) => {
    const { from, conditions } = conditionsOf(branch, false, naming, parameters);
    return `select 1 from ${from} where ${conditions.join(' and ')}`;
  });
  const all = selects.join(' union all ');
  const found =
    atMost === undefined
      ? all
      : `select * from (${all}) a limit ${parameters.add(atMost, 'integer')}`;
  return {
    text: `select count(*)::int as total from (${found}) m`,
    values: parameters.values,
  };
}

function conditionsOf(
  { type, typeCode, where, links }: SystemBranch,
  byChange: boolean,
  naming: IndexNaming,
  parameters: SqlParameters,
): { from: string; conditions: string[]; column: (sql: string) => string } {
  const { hash, paramKey, chief } = naming;
  const context = { hash, paramKey, chief, type, parameters, ...(links && { links }) };
  const code = parameters.add(typeCode, 'smallint');
  const { conditions, byPatient, typeColumn } = anchors(where, context);
  const source = searchSource(
    byPatient ? { kind: 'all' } : where,
    byChange && !byPatient,
    code,
    parameters,
  );
  return {
    from: source.from,
    column: (sql) => source.column(sql),
    conditions: [
      `${typeColumn} = ${code}`,
      'not r.deleted',
      ...source.conditions,
      ...conditions,
      `(${whereSql(where, { ...context, byPatient })})`,
    ],
  };
}
