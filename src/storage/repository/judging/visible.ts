import type { PolicyRule } from '../../../access/policy.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient, SqlStatement } from '../../database.ts';
import { sqlParameters } from '../../search-sql/parameters.ts';
import type { JsonResource } from '../../content.ts';
import { versionOf } from '../../version-of.ts';
import { firstRuleSql } from './first-rule-sql.ts';
import { firstHolding } from './ground.ts';
import { CURRENT_COLUMNS, type CurrentRow, indexed } from './stored.ts';

/** The current version and the index of the first rule that shows it; null where none does, and then no content. */
export type JudgedRow = CurrentRow & { readonly rule: number | null };

/** Reads the current version of one resource, judged by the rules in the same statement. */
export async function currentVersion(
  store: ClinicalStore,
  client: SqlClient,
  type: string,
  id: string,
  rules: readonly PolicyRule[],
): Promise<JudgedRow | undefined> {
  const [row] = await client.query<JudgedRow>(currentStatement(store, type, id, rules));
  return row;
}

function currentStatement(
  store: ClinicalStore,
  type: string,
  id: string,
  rules: readonly PolicyRule[],
): SqlStatement {
  const parameters = sqlParameters();
  const key = [parameters.add(store.types.code(type), 'smallint'), parameters.add(id, 'text')];
  const context = {
    type,
    hash: store.hash,
    paramKey: store.paramKey,
    chief: store.chief,
    parameters,
    links: { typeCode: (name: string) => store.types.code(name), keys: new Map() },
  };
  const judged = firstRuleSql(rules, context);
  // The content is left where it lies unless a rule shows it: what is hidden costs as little as what is not there.
  const text = `select r.*, coalesce(v.patients, '') as patients, v.content
    from (select ${CURRENT_COLUMNS}, ${judged} as rule
      from resource r where r.type = ${String(key[0])} and r.id = ${String(key[1])} offset 0) r
    left join lateral ${versionOf('r', 'r.rule is not null')} v on true`;
  const name = store.shapes(text);
  return { text, values: parameters.values, ...(name === undefined ? {} : { name, shared: true }) };
}

/**
 * The first rule that shows a version, judged by what stands in that version itself; where a rule follows references, by
 * what they lead to now.
 */
export async function ruleForVersion(
  store: ClinicalStore,
  rules: readonly PolicyRule[],
  version: { readonly id: string; readonly updated: number; readonly content: string },
): Promise<PolicyRule | undefined> {
  const [first] = rules;
  if (first?.where.kind === 'all') return first;
  const resource = indexed(
    store,
    JSON.parse(version.content) as JsonResource,
    version.id,
    version.updated,
  );
  return firstHolding(store, store.database, rules, resource);
}
