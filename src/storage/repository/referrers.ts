import { isReachedByWildcard } from '../../access/admin-types.ts';
import type { ClinicalStore } from '../clinical-store.ts';
import type { SqlClient } from '../database.ts';
import { compartmentKey, linkKey, resourceKey } from '../index-keys.ts';

/** Type and id of a resource. */
export interface ResourceName {
  readonly type: string;
  readonly id: string;
}

/** A parameter with more target types than this may lead to anything. */
const ANY = 100;

/**
 * Resources that refer to one: found by the tokens that references to it have under each parameter, and for a patient by
 * the column of the patient. Not narrowed by any policy: who may not see them still may not take their target away.
 * What steers access loses its effect by itself when what it names is gone, and so does not count.
 * @param limit rows at most
 */
export async function referrersOf(
  store: ClinicalStore,
  client: SqlClient,
  { type, id }: ResourceName,
  limit: number,
): Promise<readonly ResourceName[]> {
  const { types, hash, definitions } = store;
  const self = hash(resourceKey(type, id));
  const tokens = linksTo(store, type).map((link) => link ^ self);
  const steering = definitions.resourceTypes.filter((name) => !isReachedByWildcard(name));
  const patient = type === 'Patient';
  const rows = await client.query<{ type: number; id: string }>({
    name: patient ? 'referrers-of-patient' : 'referrers',
    text: `select r.type, r.id from resource r
      where (r.tokens && $1::bigint[]${patient ? ' or r.patient = $6::bigint' : ''}) and not r.deleted
        and not (r.type = $2::smallint and r.id = $3::text) and r.type <> all($4::smallint[])
      limit $5::integer`,
    values: [
      `{${tokens.join(',')}}`,
      types.code(type),
      id,
      steering.map((name) => types.code(name)),
      limit,
      ...(patient ? [hash(compartmentKey(id))] : []),
    ],
  });
  return rows.map((row) => ({ type: types.name(row.type), id: row.id }));
}

/** Hashes of the parameters that may lead to a type. */
function linksTo({ definitions, hash }: ClinicalStore, target: string): readonly bigint[] {
  return definitions.resourceTypes
    .filter(isReachedByWildcard)
    .flatMap((source) =>
      [...definitions.searchParameters(source).values()]
        .filter(
          ({ type, targets }) =>
            type === 'reference' &&
            (targets.length === 0 || targets.length > ANY || targets.includes(target)),
        )
        .map(({ code }) => hash(linkKey(source, code))),
    );
}
