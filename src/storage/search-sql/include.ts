import type { SearchExpression } from '../../search/expression.ts';
import type { SqlStatement } from '../database.ts';
import type { IndexNaming } from '../index-naming.ts';
import type { ShapeNames } from '../shape-name.ts';
import { versionOf } from '../version-of.ts';
import { anchors } from './anchor.ts';
import { sqlParameters } from './parameters.ts';
import { whereSql } from './where.ts';

/** Resources of one type to be included. */
export interface IncludeBranch {
  readonly type: string;
  readonly where: SearchExpression;
}

/** Prints the statement that fetches one round of includes, each resource once, in the order of creation. */
export function includeStatement(
  branches: readonly IncludeBranch[],
  limit: number,
  naming: IndexNaming & {
    readonly shapes: ShapeNames;
    readonly typeCode: (type: string) => number;
  },
): SqlStatement {
  const parameters = sqlParameters();
  const { hash, paramKey, chief, typeCode, shapes } = naming;
  const unanchored: string[] = [];
  const selects = branches.map(({ type, where }) => {
    const context = { hash, paramKey, chief, type, parameters };
    const { conditions, byPatient, byId, typeColumn } = anchors(where, context);
    if (!byPatient && !byId) unanchored.push(type);
    const condition = [
      `${typeColumn} = ${parameters.add(typeCode(type), 'smallint')}`,
      'not r.deleted',
      ...conditions,
      whereSql(where, { ...context, byPatient: byPatient || byId }),
    ].join(' and ');
    return `(select r.type, r.rid, r.id, r.version from resource r where ${condition})`;
  });
  const text = `with page as (select * from (${selects.join(' union all ')}) f
      order by rid limit ${parameters.add(limit, 'integer')})
    select p.type, p.id, v.patients, v.content from page p cross join lateral ${versionOf('p')} v order by p.rid`;
  // As with pages: only where the rows are found by their patients or ids is one plan good for all values.
  const name = unanchored.length === 0 ? shapes(text) : undefined;
  return { text, values: parameters.values, ...(name === undefined ? {} : { name, shared: true }) };
}
