import type { Coding } from '@medplum/fhirtypes';
import { hidesElement } from '../../../access/view/hides-element.ts';
import { or, type SearchExpression } from '../../../search/expression.ts';
import { simplify } from '../../../search/rewriters/simplify.ts';
import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient } from '../../database.ts';
import { sqlParameters } from '../../search-sql/parameters.ts';
import { whereSql } from '../../search-sql/where.ts';
import { versionOf } from '../../version-of.ts';
import { searchNaming } from '../searching/search-naming.ts';
import { isNarrowed } from '../shown/show.ts';

/** What stands in `meta` of some resources, each value once. */
export interface DistinctMeta {
  readonly profile?: string[];
  readonly security?: Coding[];
  readonly tag?: Coding[];
}

/** Values of each kind at most. */
const MOST = 1_000;

const KINDS = ['profile', 'security', 'tag'] as const;

type Kind = (typeof KINDS)[number];

/**
 * The profiles, labels and tags of all resources of some types that the policy shows. Only resources that have one are
 * looked at: the index says which. Who calls records the access.
 */
export async function readDistinctMeta(
  store: ClinicalStore,
  context: AccessContext,
  types: readonly string[],
  client: SqlClient = store.database,
): Promise<DistinctMeta> {
  const found = {
    profile: new Map<string, string>(),
    security: new Map<string, Coding>(),
    tag: new Map<string, Coding>(),
  };
  for (const type of types) {
    for (const { kinds, where } of shownKinds(store, context, type)) {
      const parameters = sqlParameters();
      const naming = { ...searchNaming(store, context, type), parameters };
      const known = store.definitions.searchParameters(type);
      const keys = kinds
        .map((kind) => `_${kind}`)
        .filter((name) => known.has(name))
        .map((name) => store.paramKey(type, name));
      const rows = await client.query<{ kind: Kind; value: string | Coding }>({
        text: `select distinct k.kind, x.value from resource r cross join lateral ${versionOf('r')} v
            cross join unnest(${parameters.add(kinds, 'text[]')}) k (kind)
            cross join lateral jsonb_array_elements(v.content::jsonb -> 'meta' -> k.kind) x
          where r.type = ${parameters.add(store.types.code(type), 'smallint')} and not r.deleted
            and r.params && ${parameters.add(keys, 'integer[]')} and ${whereSql(where, naming)}
          limit ${parameters.add(3 * MOST, 'integer')}`,
        values: parameters.values,
      });
      for (const { kind, value } of rows) {
        const values = found[kind] as Map<string, string | Coding>;
        if (values.size < MOST) values.set(keyOf(value), value);
      }
    }
  }
  const sorted = <T>(values: ReadonlyMap<string, T>): T[] =>
    [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
  return {
    ...(found.profile.size === 0 ? {} : { profile: sorted(found.profile) }),
    ...(found.security.size === 0 ? {} : { security: sorted(found.security) }),
    ...(found.tag.size === 0 ? {} : { tag: sorted(found.tag) }),
  };
}

/** Kinds with the resources that show them: those of a rule that hides a kind say nothing of it. */
function shownKinds(
  store: ClinicalStore,
  context: AccessContext,
  type: string,
): readonly { readonly kinds: readonly Kind[]; readonly where: SearchExpression }[] {
  const { policy } = context.principal;
  if (!isNarrowed(store, context)) return [{ kinds: KINDS, where: policy.where(type, 'search') }];
  return KINDS.map((kind) => {
    const showing = policy
      .rules(type, 'search')
      .filter((rule) => !hidesElement(store.definitions, type, rule, ['meta', kind]));
    return { kinds: [kind], where: simplify(or(...showing.map((rule) => rule.where))) };
  }).filter(({ where }) => where.kind !== 'none');
}

/** Two codings are one where system and code are the same. */
function keyOf(value: string | Coding): string {
  return typeof value === 'string' ? value : `${value.system ?? ''}|${value.code ?? ''}`;
}
