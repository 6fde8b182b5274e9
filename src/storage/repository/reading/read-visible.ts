import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient } from '../../database.ts';
import { sqlParameters } from '../../search-sql/parameters.ts';
import { whereSql } from '../../search-sql/where.ts';
import { versionOf } from '../../version-of.ts';
import type { TypedRow } from './compartment-page.ts';
import { searchNaming } from '../searching/search-naming.ts';
import { type ShownRow, showRows } from '../shown/show.ts';

/**
 * Reads those of the given resources that exist and that the read rules of the policy show, in one statement. What is
 * hidden is left out like what does not exist. Who calls records the access.
 * @param wanted ids by type
 */
export async function readVisible(
  store: ClinicalStore,
  context: AccessContext,
  wanted: ReadonlyMap<string, ReadonlySet<string>>,
  client: SqlClient = store.database,
): Promise<readonly ShownRow<TypedRow>[]> {
  const parameters = sqlParameters();
  const branches: string[] = [];
  for (const [type, ids] of wanted) {
    const where = context.principal.policy.where(type, 'read');
    if (where.kind === 'none' || ids.size === 0) continue;
    const conditions = [
      `r.type = ${parameters.add(store.types.code(type), 'smallint')}`,
      `r.id = any(${parameters.add([...ids], 'text[]')})`,
      'not r.deleted',
      whereSql(where, { ...searchNaming(store, context, type), parameters, byPatient: true }),
    ];
    branches.push(
      `select r.type, r.rid, r.id, r.version from resource r where ${conditions.join(' and ')}`,
    );
  }
  if (branches.length === 0) return [];
  const text = `select p.type, p.rid, p.id, v.patients, v.content
      from (${branches.join(' union all ')}) p cross join lateral ${versionOf('p')} v order by p.type, p.rid`;
  // The rows are found by their ids, so that one plan is good for all of them.
  const name = store.shapes(text);
  const rows = await client.query<TypedRow>({
    text,
    values: parameters.values,
    ...(name === undefined ? {} : { name, shared: true }),
  });
  return showRows(store, client, context, 'read', rows, ({ type }) => store.types.name(type));
}
