import { sqlParameters } from '../../search-sql/parameters.ts';
import type { SqlClient } from '../../database.ts';
import { versionOf } from '../../version-of.ts';
import { firstRuleSql } from '../judging/first-rule-sql.ts';
import { CURRENT_COLUMNS } from '../judging/stored.ts';
import type { Unit } from './unit.ts';
import type { JudgedRow } from '../judging/visible.ts';

/** Which resources are asked for. */
export interface ResourceName {
  readonly type: string;
  readonly id: string;
}

/**
 * The current versions of many resources, judged by the caller's rules for updates: one statement for each type.
 * @returns rows by `Type/id`; nothing for what was never there, and nothing for types that the caller may not update at all
 */
export async function currentVersions(
  unit: Unit,
  client: SqlClient,
  names: readonly ResourceName[],
): Promise<ReadonlyMap<string, JudgedRow>> {
  const found = new Map<string, JudgedRow>();
  for (const [type, some] of Map.groupBy(names, (name) => name.type)) {
    const ids = some.map(({ id }) => id);
    for (const row of await rowsOf(unit, client, type, ids)) found.set(`${type}/${row.id}`, row);
  }
  return found;
}

async function rowsOf(
  { store, context }: Unit,
  client: SqlClient,
  type: string,
  ids: readonly string[],
): Promise<readonly JudgedRow[]> {
  const rules = context.principal.policy.rules(type, 'update');
  if (rules.length === 0) return [];
  const { hash, paramKey, chief, types, shapes } = store;
  const parameters = sqlParameters();
  const code = parameters.add(types.code(type), 'smallint');
  const list = parameters.add(ids, 'text[]');
  const judged = firstRuleSql(rules, { type, hash, paramKey, chief, parameters });
  const text = `select r.*, coalesce(v.patients, '') as patients, v.content
    from (select ${CURRENT_COLUMNS}, ${judged} as rule
      from resource r where r.type = ${code} and r.id = any(${list}) offset 0) r
    left join lateral ${versionOf('r', 'r.rule is not null')} v on true`;
  const name = shapes(text);
  return client.query<JudgedRow>({
    text,
    values: parameters.values,
    ...(name === undefined ? {} : { name }),
  });
}
