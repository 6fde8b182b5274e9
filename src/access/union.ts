import { or } from '../search/expression.ts';
import { simplify } from '../search/rewriters/simplify.ts';
import { memoised } from './memoised.ts';
import type { CompiledPolicy } from './policy.ts';
import { commonProject } from './pseudonym/check-pseudonymous.ts';

/**
 * All that any of the policies allows. For memberships that name the same AccessPolicy several times with different
 * parameters: each is compiled with its own.
 * @throws FhirError `POLICY_INVALID` where not all are under the pseudonyms of the same project
 */
export function unionPolicies(policies: readonly CompiledPolicy[]): CompiledPolicy {
  const pseudonyms = commonProject(policies.map((policy) => policy.pseudonyms));
  return {
    rules: memoised((type, interaction) => policies.flatMap((p) => p.rules(type, interaction))),
    where: memoised((type, interaction) =>
      simplify(or(...policies.map((policy) => policy.where(type, interaction)))),
    ),
    aggregates: (type) => policies.flatMap((policy) => policy.aggregates(type)),
    operation: (name) => policies.map((p) => p.operation(name)).find((id) => id !== undefined),
    ...(pseudonyms === undefined ? {} : { pseudonyms }),
  };
}
