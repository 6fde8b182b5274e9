import { createHash } from 'node:crypto';
import type { CompiledPolicy } from '../access/policy.ts';
import type { Definitions } from '../definitions/model.ts';
import { canonicalKey } from '../search/rewriters/canonical-key.ts';

/** Policies live as long as somebody uses them. */
const known = new WeakMap<Pick<CompiledPolicy, 'rules'>, string>();

/**
 * What a policy lets searches show, as a digest: which resources of which types, and what of them. Two policies that show the
 * same have the same. All types count, because what is hidden of one is left out of the others that copy it.
 */
export function reachOf(
  definitions: Pick<Definitions, 'resourceTypes'>,
  policy: Pick<CompiledPolicy, 'rules' | 'pseudonyms'>,
): string {
  const before = known.get(policy);
  if (before !== undefined) return before;
  const hash = createHash('sha256').update(JSON.stringify(policy.pseudonyms ?? null));
  for (const type of definitions.resourceTypes) {
    const rules = policy
      .rules(type, 'search')
      .map(({ where, view }) =>
        JSON.stringify([canonicalKey(where), view?.hidden ?? [], view?.masks ?? []]),
      );
    if (rules.length > 0) hash.update(`\n${type} ${[...new Set(rules)].sort().join()}`);
  }
  const reach = hash.digest('base64url');
  known.set(policy, reach);
  return reach;
}
