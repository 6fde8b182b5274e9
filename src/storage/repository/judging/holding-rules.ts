import type { PolicyRule } from '../../../access/policy.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { JsonResource } from '../../content.ts';
import type { SqlClient } from '../../database.ts';
import { sqlParameters } from '../../search-sql/parameters.ts';
import { whereSql } from '../../search-sql/where.ts';
import { allHolding, needsDatabase } from './ground.ts';
import { indexed } from './stored.ts';

/** A version of a resource, as the rules judge it. */
export interface JudgedVersion {
  readonly id: string;
  readonly content: string;
}

/** What the rules said of a current version. */
interface CurrentAnswer {
  readonly id: string;
  readonly version: number;
  readonly holding: readonly boolean[];
}

/**
 * Which of some rules hold for each of some versions of one type, judged by what stands in the version itself. Rules that
 * follow references are judged in one statement for all current versions, and one by one for others.
 */
export async function holdingRules(
  store: ClinicalStore,
  client: SqlClient,
  type: string,
  rules: readonly PolicyRule[],
  versions: readonly JudgedVersion[],
): Promise<readonly (readonly PolicyRule[])[]> {
  const current = rules.some(({ where }) => needsDatabase(where))
    ? await answersForCurrent(store, client, type, rules, versions)
    : new Map<string, CurrentAnswer>();
  const found: (readonly PolicyRule[])[] = [];
  for (const { id, content } of versions) {
    const resource = JSON.parse(content) as JsonResource;
    const answer = current.get(id);
    if (answer !== undefined && String(answer.version) === resource.meta?.versionId) {
      found.push(rules.filter((_, index) => answer.holding[index] === true));
      continue;
    }
    const updated = Date.parse(resource.meta?.lastUpdated ?? '');
    const judged = indexed(store, resource, id, updated);
    found.push(await allHolding(store, client, rules, judged));
  }
  return found;
}

/** Which of some rules hold for current resources of one type, by id; who is gone by now is not in the map. */
export async function rulesOfCurrent(
  store: ClinicalStore,
  client: SqlClient,
  type: string,
  rules: readonly PolicyRule[],
  resources: readonly Pick<JudgedVersion, 'id'>[],
): Promise<ReadonlyMap<string, readonly PolicyRule[]>> {
  const answers = await answersForCurrent(store, client, type, rules, resources);
  const held = [...answers].map(
    ([id, { holding }]) => [id, rules.filter((_, index) => holding[index] === true)] as const,
  );
  return new Map(held.filter(([, some]) => some.length > 0));
}

async function answersForCurrent(
  store: ClinicalStore,
  client: SqlClient,
  type: string,
  rules: readonly PolicyRule[],
  versions: readonly Pick<JudgedVersion, 'id'>[],
): Promise<ReadonlyMap<string, CurrentAnswer>> {
  const parameters = sqlParameters();
  const { hash, paramKey, chief, types } = store;
  const links = { typeCode: (name: string) => types.code(name), keys: new Map() };
  const context = { type, hash, paramKey, chief, parameters, links };
  const code = parameters.add(types.code(type), 'smallint');
  const ids = parameters.add([...new Set(versions.map(({ id }) => id))], 'text[]');
  const conditions = rules.map(({ where }) => `(${whereSql(where, context)})`);
  const text = `select r.id, r.version, array[${conditions.join(', ')}] as holding from resource r
    where r.type = ${code} and r.id = any(${ids}) and not r.deleted`;
  const name = store.shapes(text);
  const rows = await client.query<CurrentAnswer>({
    text,
    values: parameters.values,
    ...(name === undefined ? {} : { name, shared: true }),
  });
  return new Map(rows.map((row) => [row.id, row]));
}
